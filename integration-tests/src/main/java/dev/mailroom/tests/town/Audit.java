package dev.mailroom.tests.town;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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

  private static final String SLOWEST =
      """
      SELECT max(r.at_ms - s.at_ms) FROM sent s JOIN received r
      ON r.queue = s.queue AND r.message_key = s.message_key AND r.n = s.n
      """;

  private static final String ROWS =
      "SELECT (SELECT count(*) FROM outbox_message) + (SELECT count(*) FROM outbox_parked)";

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

  /** The longest time between the writing of a message and its arrival. */
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
    List<Long> polls = receivers.stream().map(Receiver::emptyPolls).toList();
    for (int i = 0; i < polls.size(); i++) {
      // Two: the first may have begun before the last message came.
      while (receivers.get(i).emptyPolls() < polls.get(i) + 2 && System.nanoTime() < end) {
        Thread.sleep(50);
      }
    }
  }

  /** The four figures of every proof, {@code duplicates} without a bound, and the messages. */
  public Findings findings() throws SQLException {
    return findings(Figure.of("duplicates", duplicates()));
  }

  /** The same, with {@code duplicates} as given. */
  public Findings findings(Figure duplicates) throws SQLException {
    return new Findings(
        List.of(
            Figure.of("lost", missing()).exactly(0),
            Figure.of("invented", town.countInTheEnd(INVENTED)).exactly(0),
            Figure.of("order_violations", town.countInTheEnd(OUT_OF_ORDER)).exactly(0),
            duplicates,
            Figure.of("messages", town.countInTheEnd("SELECT count(*) FROM sent")).atLeast(1)));
  }

  @Override
  public void close() {
    receivers.forEach(Receiver::close);
  }
}
