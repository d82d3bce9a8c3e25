package dev.mailroom.tests.inbox;

import dev.mailroom.testkit.FauxqsServer;
import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.prove.Proof;
import dev.mailroom.tests.town.Patience;
import dev.mailroom.tests.town.Town;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
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

  private static final String FAUXQS = "fauxqs";

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

  @Option(
      names = "--broker",
      paramLabel = "NAME",
      defaultValue = "local",
      description = "local, or fauxqs where Node is (${DEFAULT-VALUE})")
  private String broker = "local";

  @Override
  protected List<String> databases() {
    return List.of("postgresql", "mariadb", "mysql");
  }

  @Override
  protected void check() {
    require("--rounds", rounds, 1, 10_000);
    require("--broker", broker, List.of("local", FAUXQS));
  }

  @Override
  protected Findings prove(Progress progress) throws Exception {
    long decided = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
    boolean fauxqs = broker.equals(FAUXQS);
    String[] servers = fauxqs ? new String[] {fauxqsDirectory().toString()} : new String[0];
    try (Town town = new Town(database(), Patience.HASTY, servers)) {
      return new Trial(town, fauxqs, new Random(decided), bypass, progress)
          .run(rounds)
          .and(Figure.of("rounds", rounds), Figure.of("seed", decided));
    }
  }

  /** From the root, as the launcher, or from the module. */
  private static Path fauxqsDirectory() {
    return Stream.of("integration-tests/fauxqs", FAUXQS)
        .map(Path::of)
        .filter(FauxqsServer::available)
        .findFirst()
        .map(Path::toAbsolutePath)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "fauxqs is not installed: run `npm ci` in integration-tests/fauxqs"));
  }
}
