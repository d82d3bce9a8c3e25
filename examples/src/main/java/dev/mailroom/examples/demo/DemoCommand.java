package dev.mailroom.examples.demo;

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

/** The command line of the demo. Exit status: 0 all promises kept, 1 one broken, 2 wrong usage. */
@Command(
    name = "./mailroom demo",
    mixinStandardHelpOptions = true,
    description = {
      "Runs an order-processing shop on an embedded database and a local SNS and SQS,",
      "with faults on purpose, and audits its databases at the end."
    })
public final class DemoCommand implements Callable<Integer> {

  private static final int MOST_ORDERS = 1_000_000;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--orders",
      paramLabel = "N",
      defaultValue = "500",
      description =
          "orders to place, 1 to 1000000; about half of them change later (${DEFAULT-VALUE})")
  private int orders;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "decides what customers and faults do; printed, at random by default")
  private @Nullable Long seed;

  @Option(
      names = "--faults",
      paramLabel = "LEVEL",
      defaultValue = "normal",
      description = "none, normal or wild (${DEFAULT-VALUE})")
  private FaultLevel faults = FaultLevel.NORMAL;

  @Option(
      names = "--database",
      paramLabel = "NAME",
      defaultValue = "postgresql",
      description =
          "postgresql, mariadb, h2, or mysql if MAILROOM_MYSQL_PROGRAM names its mysqld"
              + " (${DEFAULT-VALUE})")
  private ShopDatabase database = ShopDatabase.POSTGRESQL;

  @Option(names = "--json", description = "end standard output with the result as one JSON object")
  private boolean json;

  /** Starts from the launcher. */
  public static void main(String... arguments) {
    CommandLine command =
        new CommandLine(new DemoCommand()).setCaseInsensitiveEnumValuesAllowed(true);
    int status = 1;
    try {
      status = command.execute(arguments);
    } finally {
      System.exit(status); // also when an Error left servers' threads behind
    }
  }

  @Override
  public Integer call() throws Exception {
    CommandSpec usage = Objects.requireNonNull(spec);
    if (orders < 1 || orders > MOST_ORDERS) {
      throw new ParameterException(
          usage.commandLine(), "--orders must be 1 to " + MOST_ORDERS + ": " + orders);
    }
    long decided = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
    Report report = new Demo(orders, decided, faults, database).run();
    PrintWriter out = usage.commandLine().getOut();
    out.println(report.asText());
    if (json) {
      out.println(report.asJson());
    }
    out.flush();
    return report.promisesKept() ? 0 : 1;
  }
}
