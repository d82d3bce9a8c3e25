package dev.mailroom.tests.crash;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.prove.Proof;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Nothing is lost, invented or out of order, whatever dies. */
@Command(
    name = "crash",
    mixinStandardHelpOptions = true,
    description =
        "Relays and writers are killed and paused, the database crashes, the broker fails.")
public final class CrashProof extends Proof {

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "20",
      description = "disasters, 1 to 10000 (${DEFAULT-VALUE})")
  private int rounds;

  @Option(names = "--seed", paramLabel = "S", description = "decides which; at random")
  private @Nullable Long seed;

  @Override
  protected List<String> databases() {
    return List.of("postgresql", "mariadb", "mysql");
  }

  @Override
  protected void check() {
    require("--rounds", rounds, 1, 10_000);
  }

  @Override
  protected Findings prove(Progress progress) throws Exception {
    long decided = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
    return new Crash(rounds, decided, progress)
        .run(database())
        .and(Figure.of("rounds", rounds), Figure.of("seed", decided));
  }
}
