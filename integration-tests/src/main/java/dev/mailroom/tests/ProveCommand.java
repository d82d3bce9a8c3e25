package dev.mailroom.tests;

import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Objects;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The proofs on real parts. Exit status: 0 kept, 1 broken, 2 wrong usage. */
@Command(
    name = "./mailroom prove",
    mixinStandardHelpOptions = true,
    description = "Proves a promise on a real database, with a relay in a JVM of its own.")
public final class ProveCommand {

  private static final long MOST_MESSAGES = 100_000_000;
  private static final int LEAST_HEAP = 32;
  private static final int MOST_HEAP = 16_384;

  @Spec private @Nullable CommandSpec spec;

  /** Starts from the launcher. */
  public static void main(String... arguments) {
    int status = 1;
    try {
      status = new CommandLine(new ProveCommand()).execute(arguments);
    } finally {
      System.exit(status);
    }
  }

  @Command(
      name = "backlog",
      mixinStandardHelpOptions = true,
      description = "A relay with little memory drains a large backlog, each message once.")
  int backlog(
      @Option(
              names = "--messages",
              paramLabel = "N",
              defaultValue = "3000000",
              description = "waiting, 1 to 100000000 (${DEFAULT-VALUE})")
          long messages,
      @Option(
              names = "--heap",
              paramLabel = "MB",
              defaultValue = "96",
              description = "of the relay's JVM, 32 to 16384 (${DEFAULT-VALUE})")
          int heap,
      @Option(names = "--json", description = "end with the result as one JSON object")
          boolean json)
      throws Exception {
    require("--messages", messages, 1, MOST_MESSAGES);
    require("--heap", heap, LEAST_HEAP, MOST_HEAP);
    Backlog.Outcome outcome;
    try (ProgressBar bar = bar(messages)) {
      bar.setExtraMessage("writing");
      outcome =
          new Backlog(messages, heap)
              .run(
                  bar::stepTo,
                  accepted -> {
                    bar.setExtraMessage("draining");
                    bar.stepTo(accepted);
                  });
    }
    double rate = outcome.accepted() / outcome.seconds();
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%d messages drained with -Xmx%dm in %.1f s, %.0f a second; lost %d, duplicates %d: %s%n",
        outcome.accepted(),
        heap,
        outcome.seconds(),
        rate,
        outcome.lost(),
        outcome.duplicates(),
        outcome.isKept() ? "kept" : "BROKEN");
    if (json) {
      out.printf(
          Locale.ROOT,
          "{\"messages\":%d,\"heap_mb\":%d,\"lost\":%d,\"invented\":0,\"order_violations\":0,"
              + "\"duplicates\":%d,\"seconds\":%.1f,\"msgs_per_second\":%.0f}%n",
          messages,
          heap,
          outcome.lost(),
          outcome.duplicates(),
          outcome.seconds(),
          rate);
    }
    out.flush();
    return outcome.isKept() ? 0 : 1;
  }

  @Command(
      name = "crash",
      mixinStandardHelpOptions = true,
      description =
          "Relays are killed and paused, the database crashes, the broker fails, all under load.")
  int crash(
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "20",
              description = "disasters, 1 to 10000 (${DEFAULT-VALUE})")
          int rounds,
      @Option(names = "--seed", paramLabel = "S", description = "decides which; at random")
          @Nullable Long seed,
      @Option(names = "--json", description = "end with the result as one JSON object")
          boolean json)
      throws Exception {
    require("--rounds", rounds, 1, 10_000);
    long decided = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
    Town.Outcome outcome = new Crash(rounds, decided, System.err::println).run();
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%d rounds, %d messages: lost %d, invented %d, out of order %d, duplicates %d: %s (seed"
            + " %d)%n",
        rounds,
        outcome.messages(),
        outcome.lost(),
        outcome.invented(),
        outcome.orderViolations(),
        outcome.duplicates(),
        outcome.isKept() ? "kept" : "BROKEN",
        decided);
    if (json) {
      out.printf(
          Locale.ROOT,
          "{\"seed\":%d,\"rounds\":%d,\"messages\":%d,\"lost\":%d,\"invented\":%d,"
              + "\"order_violations\":%d,\"duplicates\":%d}%n",
          decided,
          rounds,
          outcome.messages(),
          outcome.lost(),
          outcome.invented(),
          outcome.orderViolations(),
          outcome.duplicates());
    }
    out.flush();
    return outcome.isKept() ? 0 : 1;
  }

  private static ProgressBar bar(long most) {
    return new ProgressBarBuilder().setTaskName("backlog").setInitialMax(most).build();
  }

  private void require(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          option + " must be " + min + " to " + max + ": " + value);
    }
  }
}
