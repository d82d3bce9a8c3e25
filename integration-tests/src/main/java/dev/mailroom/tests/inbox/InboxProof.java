package dev.mailroom.tests.inbox;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.prove.Proof;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Each message takes effect once and in its group's order, whatever happens to consumers. */
@Command(
    name = "inbox",
    mixinStandardHelpOptions = true,
    description =
        "Consumers are killed and paused while a FIFO and a standard queue are fed, a fifth twice.")
public final class InboxProof extends Proof {

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "12",
      description = "disasters, 1 to 10000 (${DEFAULT-VALUE})")
  private int rounds;

  @Option(names = "--seed", paramLabel = "S", description = "decides which; at random")
  private @Nullable Long seed;

  @Option(
      names = "--bypass",
      description = "let the inbox forget each message at once, to see the proof fail")
  private boolean bypass;

  @Override
  protected void check() {
    require("--rounds", rounds, 1, 10_000);
  }

  @Override
  protected Findings prove(Progress progress) throws Exception {
    long decided = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
    try (Trial trial = new Trial(database(), decided, bypass, progress)) {
      return trial.run(rounds).and(Figure.of("rounds", rounds), Figure.of("seed", decided));
    }
  }
}
