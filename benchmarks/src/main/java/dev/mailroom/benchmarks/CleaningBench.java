package dev.mailroom.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxCleaner;
import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.inbox.ReceivedMessage;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Cleaning a tenth of a large table while messages are processed. */
final class CleaningBench {

  /**
   * @param deleted rows
   * @param seconds that took
   * @param longestMillis of a statement of the cleaning, as its client sees it
   * @param insertRatio rate of inserts while cleaning to the rate without, medians of windows
   */
  record Outcome(long deleted, double seconds, double longestMillis, double insertRatio) {}

  /** Whose ids the messages have. */
  enum Ids {
    /** UUIDv7: the order of ids is that of time. */
    OUTBOX(
        """
        overlay(overlay(gen_random_uuid()::text PLACING
          lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') FROM 1 FOR 12)
          PLACING '-7' FROM 14 FOR 2)
        """),
    /** Of no order: what is old stands anywhere. */
    FOREIGN("gen_random_uuid()::text");

    private final String sql;

    Ids(String sql) {
      this.sql = sql;
    }

    String next() {
      return this == OUTBOX ? Uuid7.next() : UUID.randomUUID().toString();
    }
  }

  private static final Duration WINDOW = Duration.ofMillis(500);
  private static final Duration LONGEST_REST = Duration.ofMillis(1_100);

  private final HikariDataSource pool;
  private final HikariDataSource cleaning;
  private final Ids ids;
  private final AtomicLong processed = new AtomicLong();
  private volatile boolean ended;

  CleaningBench(HikariDataSource pool, HikariDataSource cleaning, Ids ids) {
    this.pool = pool;
    this.cleaning = cleaning;
    this.ids = ids;
  }

  void fill(long rows, long old) throws SQLException {
    InboxSchema.migrate(pool);
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          String.format(
              Locale.ROOT,
              """
              INSERT INTO inbox_message (consumer, message_id, processed_at)
              SELECT 'bench', %3$s, at
              FROM (SELECT n, clock_timestamp() - CASE WHEN n <= %2$d
                             THEN interval '40 days' - n * interval '1 millisecond'
                             ELSE interval '20 days' - n * interval '1 millisecond' END AS at
                    FROM generate_series(1, %1$d) n) rows
              """,
              rows,
              old,
              ids.sql));
      statement.execute("VACUUM ANALYZE inbox_message");
    }
  }

  /** Cleans in windows that take turns with windows without cleaning. */
  Outcome run() throws Exception {
    CompletableFuture<Void> inserting = CompletableFuture.runAsync(this::insert);
    List<Double> with = new ArrayList<>();
    List<Double> without = new ArrayList<>();
    long begun = System.nanoTime();
    Paced paced = new Paced();
    CompletableFuture<Long> deleted =
        CompletableFuture.supplyAsync(
            () -> InboxCleaner.builder(paced.of(cleaning), "bench").build().clean());
    double waited = 0;
    while (!deleted.isDone()) {
      with.add(window());
      if (deleted.isDone()) {
        break;
      }
      long pausing = System.nanoTime();
      paced.pause();
      without.add(window());
      paced.resume();
      // The cleaner rests for twice the time that it stood still here, a second at most.
      Thread.sleep(LONGEST_REST.toMillis());
      waited += (System.nanoTime() - pausing) / 1e9;
    }
    double seconds = (System.nanoTime() - begun) / 1e9 - waited;
    ended = true;
    inserting.join();
    return new Outcome(
        deleted.get(), seconds, paced.longestMillis(), median(with) / median(without));
  }

  private double window() throws InterruptedException {
    long before = processed.get();
    long begun = System.nanoTime();
    Thread.sleep(WINDOW.toMillis());
    return (processed.get() - before) / ((System.nanoTime() - begun) / 1e9);
  }

  private void insert() {
    Inbox inbox = Inbox.of(pool, "bench");
    while (!ended) {
      inbox.process(ReceivedMessage.of(ids.next(), "{}"), context -> {});
      processed.incrementAndGet();
    }
  }

  static List<String> show(HikariDataSource pool, String... settings) throws SQLException {
    List<String> shown = new ArrayList<>();
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      for (String setting : settings) {
        try (ResultSet row = statement.executeQuery("SHOW " + setting)) {
          row.next();
          shown.add(setting + "=" + row.getString(1));
        }
      }
    }
    return shown;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
  }
}
