package dev.mailroom.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.testkit.LocalAws;
import dev.mailroom.testkit.PostgresServer;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The benchmarks. Exit status: 0 all targets met, 1 one missed, 2 wrong usage. */
@Command(
    name = "./mailroom bench",
    mixinStandardHelpOptions = true,
    description = "Measures speed on an embedded PostgreSQL that keeps what it commits.")
public final class BenchCommand {

  private static final String[] DURABILITY = {"fsync", "synchronous_commit", "full_page_writes"};

  @Spec private @Nullable CommandSpec spec;

  /** Starts from the launcher. */
  public static void main(String... arguments) {
    int status = 1;
    try {
      status =
          new CommandLine(new BenchCommand())
              .setCaseInsensitiveEnumValuesAllowed(true)
              .execute(arguments);
    } finally {
      System.exit(status);
    }
  }

  @Command(
      name = "inbox",
      mixinStandardHelpOptions = true,
      description =
          "The inbox per message and in batches, beside the handler's write alone and the usual"
              + " hand-written table.")
  int inbox(
      @Option(
              names = "--messages",
              defaultValue = "2000",
              description = "of each kind in a round (${DEFAULT-VALUE})")
          int messages,
      @Option(names = "--rounds", defaultValue = "7", description = "(${DEFAULT-VALUE})")
          int rounds,
      @Option(names = "--threads", defaultValue = "4", description = "(${DEFAULT-VALUE})")
          int threads,
      @Option(names = "--json", description = "end with the result as one JSON object")
          boolean json)
      throws Exception {
    try (PostgresServer server = PostgresServer.start();
        LocalAws aws = LocalAws.start();
        HikariDataSource pool = pool(server.createDatabase("bench"), threads)) {
      List<String> durability = CleaningBench.show(pool, DURABILITY);
      Rounds measured = new Rounds(threads, messages);
      measured.run(new InboxBench(pool, aws).candidates(), rounds);
      PrintWriter out = out();
      out.println(String.join(", ", durability));
      InboxOutcome outcome = InboxOutcome.of(measured);
      outcome.print(out);
      if (json) {
        out.println(outcome.json());
      }
      out.flush();
      return outcome.isMet() ? 0 : 1;
    }
  }

  @Command(
      name = "inbox-cleaning",
      mixinStandardHelpOptions = true,
      description = "Cleans a tenth of a large inbox while messages are processed.")
  int inboxCleaning(
      @Option(
              names = "--rows",
              defaultValue = "10000000",
              description = "in the table, a tenth of them old (${DEFAULT-VALUE})")
          long rows,
      @Option(
              names = "--ids",
              defaultValue = "outbox",
              description = "of the messages: outbox (in the order of time) or foreign (in none)")
          CleaningBench.Ids ids,
      @Option(names = "--json", description = "end with the result as one JSON object")
          boolean json)
      throws Exception {
    try (PostgresServer server = PostgresServer.start();
        HikariDataSource pool = pool(server.createDatabase("bench"), 2);
        HikariDataSource cleaning = pool(server.jdbcUrl("bench"), 1)) {
      List<String> durability = CleaningBench.show(pool, DURABILITY);
      CleaningBench bench = new CleaningBench(pool, cleaning, ids);
      bench.fill(rows, rows / 10);
      CleaningBench.Outcome outcome = bench.run();
      PrintWriter out = out();
      out.println(String.join(", ", durability));
      out.printf(
          Locale.ROOT,
          "%d of %d rows deleted in %.1f s; longest statement %.0f ms (bound 200);"
              + " inserts kept %.2f of their rate (target 0.9)%n",
          outcome.deleted(),
          rows,
          outcome.seconds(),
          outcome.longestMillis(),
          outcome.insertRatio());
      if (json) {
        out.printf(
            Locale.ROOT,
            "{\"rows\":%d,\"deleted\":%d,\"seconds\":%.1f,\"longest_statement_ms\":%.0f,"
                + "\"ratio_inserts_while_cleaning\":%.3f}%n",
            rows,
            outcome.deleted(),
            outcome.seconds(),
            outcome.longestMillis(),
            outcome.insertRatio());
      }
      out.flush();
      boolean kept =
          outcome.deleted() == rows / 10
              && outcome.longestMillis() <= 200
              && outcome.insertRatio() >= 0.9;
      return kept ? 0 : 1;
    }
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }

  private static HikariDataSource pool(String url, int size) {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(url);
    pool.setMaximumPoolSize(size);
    return pool;
  }
}
