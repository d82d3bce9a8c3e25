package dev.mailroom.tests.many;

import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.prove.Proof;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A destination among a thousand is served as soon as one that is alone. */
@Command(
    name = "many",
    mixinStandardHelpOptions = true,
    description = {
      "Destinations that nobody has seen before get their first messages, wait idle, and get",
      "another one; all within a second, with two relays."
    })
public final class ManyProof extends Proof {

  @Option(
      names = "--destinations",
      paramLabel = "N",
      defaultValue = "1000",
      description = "half of them FIFO, 1 to 10000 (${DEFAULT-VALUE})")
  private int destinations;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "10000",
      description = "spread over them, a message each, up to 100 a destination (${DEFAULT-VALUE})")
  private int keys;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "in which each destination has its turn, and then of idleness, 1 to 3600"
              + " (${DEFAULT-VALUE})")
  private int seconds;

  @Override
  protected void check() {
    require("--destinations", destinations, 1, 10_000);
    require("--keys", keys, destinations, 100L * destinations);
    require("--seconds", seconds, 1, 3_600);
  }

  @Override
  protected Findings prove(Progress progress) throws Exception {
    return new Many(destinations, keys / destinations, seconds, progress).run(database());
  }
}
