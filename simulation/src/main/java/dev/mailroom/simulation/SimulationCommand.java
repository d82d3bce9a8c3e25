package dev.mailroom.simulation;

import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. Exit status: 0 all promises kept, 1 one broken, 2 wrong usage. */
@Command(
    name = "./mailroom prove simulation",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the relay through thousands of histories in virtual time, with every fault that",
      "database, broker, clock and processes may have, and checks each promise in each of them."
    })
public final class SimulationCommand implements Callable<Integer> {

  private static final int MOST = 100_000_000;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5000",
      description = "histories to run, 1 to 100000000 (${DEFAULT-VALUE})")
  private int seeds;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = {
        "decides all of them; printed, at random by default. A history that failed replays by",
        "its own seed, with --seeds 1"
      })
  private @Nullable Long seed;

  @Option(names = "--json", description = "end standard output with the result as one JSON object")
  private boolean json;

  /** Starts from the launcher. */
  public static void main(String... arguments) {
    System.exit(new CommandLine(new SimulationCommand()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    CommandSpec usage = Objects.requireNonNull(spec);
    if (seeds < 1 || seeds > MOST) {
      throw new ParameterException(
          usage.commandLine(), "--seeds must be 1 to " + MOST + ": " + seeds);
    }
    long decided = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
    Report report = Simulation.run(decided, seeds);
    PrintWriter out = usage.commandLine().getOut();
    if (!report.promisesKept()) {
      out.println(History.tell(report.broken().get(0).seed()));
    }
    out.println(report.asText());
    if (json) {
      out.println(report.asJson());
    }
    out.flush();
    return report.promisesKept() ? 0 : 1;
  }
}
