package dev.mailroom.tests.cluster;

import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.prove.Proof;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Relays share the work evenly, hand it over without a repeat, and take over from the dead. */
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = "Relays join, leave and are killed under load, and share the partitions.")
public final class ClusterProof extends Proof {

  @Option(
      names = "--relays",
      paramLabel = "N",
      defaultValue = "5",
      description = "at most at a time, 2 to 16 (${DEFAULT-VALUE})")
  private int relays;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "of relays leaving and joining, before some are killed, 1 to 86400"
              + " (${DEFAULT-VALUE})")
  private int seconds;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "3",
      description = "relays that are killed after that, 1 to 1000 (${DEFAULT-VALUE})")
  private int kills;

  @Override
  protected void check() {
    require("--relays", relays, 2, 16);
    require("--seconds", seconds, 1, 86_400);
    require("--kills", kills, 1, 1_000);
  }

  @Override
  protected Findings prove(Progress progress) throws Exception {
    return new Cluster(relays, seconds, kills, progress).run(database());
  }
}
