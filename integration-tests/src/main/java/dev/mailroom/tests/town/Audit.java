package dev.mailroom.tests.town;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Receives all that arrives, and compares what was sent with what was received. */
public final class Audit implements AutoCloseable {

  private static final String MISSING =
      """
      SELECT count(*) FROM sent s WHERE NOT EXISTS (
        SELECT 1 FROM received r
        WHERE r.queue = s.queue AND r.message_key = s.message_key AND r.n = s.n)
      """;

  private static final String INVENTED =
      """
      SELECT count(*) FROM received r WHERE NOT EXISTS (
        SELECT 1 FROM sent s
        WHERE s.queue = r.queue AND s.message_key = r.message_key AND s.n = r.n)
      """;

  /** First arrivals that come after a later message of their key. */
  private static final String OUT_OF_ORDER =
      """
      SELECT count(*) FROM (
        SELECT n, max(n) OVER (PARTITION BY queue, message_key ORDER BY arrived
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest
        FROM (SELECT queue, message_key, n, min(no) AS arrived FROM received
              WHERE queue LIKE '%.fifo' GROUP BY queue, message_key, n) f) o
      WHERE n < latest
      """;

  /** What the broker accepted more than once; a delivery that is repeated keeps its id. */
  private static final String DUPLICATES =
      """
      SELECT (SELECT count(*) FROM (SELECT DISTINCT queue, broker_id FROM received WHERE %1$s) a)
           - (SELECT count(*) FROM (SELECT DISTINCT queue, message_key, n FROM received
                                    WHERE %1$s) m)
      """;

  /** How often a key of a queue went back to an earlier message, at most. */
  private static final String REWINDS =
      """
      SELECT coalesce(max(rewinds), 0) FROM (
        SELECT count(*) AS rewinds FROM (
          SELECT message_key, n,
                 lag(n) OVER (PARTITION BY message_key ORDER BY arrived) AS previous
          FROM (SELECT message_key, n, min(no) AS arrived FROM received
                WHERE queue = '%s' GROUP BY message_key, n, broker_id) a) b
        WHERE n < previous GROUP BY message_key) c
      """;

  /** Each acceptance of a message after the first, with the one before. */
  static final String REPEATS =
      """
      SELECT queue, message_key, n, before_ms, at_ms FROM (
        SELECT queue, message_key, n, at_ms,
               lag(at_ms) OVER (PARTITION BY queue, message_key, n ORDER BY at_ms) AS before_ms
        FROM (SELECT queue, message_key, n, min(at_ms) AS at_ms FROM received
              GROUP BY queue, message_key, n, broker_id) a) b
      WHERE before_ms IS NOT NULL
      """;

  /**
   * Messages that come before the one that their key had before them, be it for the first time or
   * again. A key may go back at any time, but must go on from there without a gap. One that was
   * sent late by a relay that had stood still may stand in between.
   */
  static final String GAPS =
      """
      SELECT count(*) FROM (
        SELECT place, coalesce(lag(place, 1) OVER w, 0) AS previous,
               coalesce(lag(place, 2) OVER w, 0) AS one_before
        FROM (SELECT message_key, n, min(no) AS arrived FROM received
              WHERE queue = '%1$s' GROUP BY message_key, n, broker_id) a
        JOIN (SELECT message_key, n,
                     row_number() OVER (PARTITION BY message_key ORDER BY n) AS place
              FROM sent WHERE queue = '%1$s') s
        ON s.message_key = a.message_key AND s.n = a.n
        WINDOW w AS (PARTITION BY a.message_key ORDER BY arrived)) c
      WHERE place > previous + 1 AND place <> one_before + 1
      """;

  private static final String ACCEPTED =
      "SELECT queue, message_key, n FROM received WHERE at_ms BETWEEN %d AND %d";

  private static final String WAITING =
      """
      SELECT destination, payload FROM outbox_message
      UNION ALL SELECT destination, payload FROM outbox_parked
      """;

  private static final String SLOWEST =
      """
      SELECT max(r.at_ms - s.at_ms) FROM sent s JOIN received r
      ON r.queue = s.queue AND r.message_key = s.message_key AND r.n = s.n
      """;

  private static final String ROWS =
      "SELECT (SELECT count(*) FROM outbox_message) + (SELECT count(*) FROM outbox_parked)";

  /**
   * The broker accepted a message again.
   *
   * @param message as in {@link #waiting}
   * @param before when it had accepted it the last time, in milliseconds since 1970
   * @param again when it did so now
   */
  public record Repeat(String message, long before, long again) {}

  private static final Duration HIDDEN = Duration.ofSeconds(20);

  private final Town town;
  private final List<Receiver> receivers = new ArrayList<>();

  /** Begins to receive from these queues. */
  public Audit(Town town, List<String> queues) {
    this.town = town;
    for (String queue : queues) {
      String url = town.sqs().getQueueUrl(request -> request.queueName(queue)).queueUrl();
      receivers.add(new Receiver(town.sqs(), url, queue, town.dataSource()));
    }
  }

  /** Messages that were committed and have not arrived yet. */
  public long missing() throws SQLException {
    return town.countInTheEnd(MISSING);
  }

  /** Rows of the outbox: what was not accepted, or accepted and not deleted yet. */
  public long rows() throws SQLException {
    return town.countInTheEnd(ROWS);
  }

  /** What the broker accepted more than once, in all queues. */
  public long duplicates() throws SQLException {
    return town.countInTheEnd(DUPLICATES.formatted("1 = 1"));
  }

  /** What the broker accepted more than once in one queue. */
  public long duplicates(String queue) throws SQLException {
    return town.countInTheEnd(DUPLICATES.formatted("queue = '" + queue + "'"));
  }

  /** How often a key of that queue went back to an earlier message, at most. */
  public long rewinds(String queue) throws SQLException {
    return town.countInTheEnd(REWINDS.formatted(queue));
  }

  /** All that the broker accepted more than once. */
  public List<Repeat> repeats() throws SQLException {
    return town.list(
        REPEATS, row -> new Repeat(message(row), row.getLong("before_ms"), row.getLong("at_ms")));
  }

  /** How many messages of that queue left out one of their key, first arrivals and repeats. */
  public long gaps(String queue) throws SQLException {
    return town.countInTheEnd(GAPS.formatted(queue));
  }

  /** The messages in the outbox, each as {@code queue/key:number}. */
  public Set<String> waiting() throws SQLException {
    return new HashSet<>(
        town.list(WAITING, row -> message(row.getString("destination"), row.getString("payload"))));
  }

  static String message(String destination, String payload) {
    return destination.substring(destination.indexOf(':') + 1) + "/" + payload;
  }

  /** The messages that the broker accepted between two times, as in {@link #waiting}. */
  public Set<String> accepted(long from, long to) throws SQLException {
    return new HashSet<>(town.list(ACCEPTED.formatted(from, to), Audit::message));
  }

  private static String message(ResultSet row) throws SQLException {
    return row.getString("queue") + "/" + row.getString("message_key") + ":" + row.getInt("n");
  }

  /** The longest time between the writing of a message and its acceptance. */
  public long slowestMillis() throws SQLException {
    return town.countInTheEnd(SLOWEST);
  }

  /** Waits until the outbox and the queues are empty, or for {@code most}. */
  public void awaitQuiet(Duration most) throws SQLException, IOException, InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (rows() > 0 && System.nanoTime() < end) {
      Thread.sleep(100);
    }
    // What the broker has shows within the time for which a delivery may be hidden; else it is
    // lost.
    long shown = Math.min(end, System.nanoTime() + HIDDEN.toNanos());
    while (missing() > 0 && System.nanoTime() < shown) {
      Thread.sleep(100);
    }
    for (Receiver receiver : receivers) {
      // What is hidden shows itself only later.
      while (!receiver.isEmpty() && System.nanoTime() < end) {
        Thread.sleep(50);
      }
      // Two: the first may have begun before the last message came.
      long polls = receiver.emptyPolls() + 2;
      while (receiver.emptyPolls() < polls && System.nanoTime() < end) {
        Thread.sleep(50);
      }
    }
  }

  /**
   * The four figures of every proof, {@code duplicates} as given, and the messages.
   *
   * @param least messages without which nothing was shown
   */
  public Findings findings(Figure duplicates, long least) throws SQLException {
    return new Findings(
        List.of(
            Figure.of("lost", missing()).exactly(0),
            Figure.of("invented", town.countInTheEnd(INVENTED)).exactly(0),
            Figure.of("order_violations", town.countInTheEnd(OUT_OF_ORDER)).exactly(0),
            duplicates,
            Figure.of("messages", town.countInTheEnd("SELECT count(*) FROM sent"))
                .atLeast((double) Math.max(1, least))));
  }

  @Override
  public void close() {
    receivers.forEach(Receiver::close);
  }
}
