package dev.mailroom.tests.town;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Receives all that arrives, and compares the tables of what was sent and what was received. */
public final class Audit implements AutoCloseable {

  private static final String MISSING =
      """
      SELECT count(*) FROM sent s WHERE NOT EXISTS (
        SELECT 1 FROM received r WHERE r.queue = s.queue AND r.key = s.key AND r.n = s.n)
      """;

  private static final String INVENTED =
      """
      SELECT count(*) FROM (SELECT DISTINCT queue, key, n FROM received) r WHERE NOT EXISTS (
        SELECT 1 FROM sent s WHERE s.queue = r.queue AND s.key = r.key AND s.n = r.n)
      """;

  private static final String OUT_OF_ORDER =
      """
      SELECT count(*) FROM (
        SELECT n, max(n) OVER (PARTITION BY queue, key ORDER BY first
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM (SELECT queue, key, n, min(no) AS first FROM received WHERE queue LIKE '%.fifo'
              GROUP BY queue, key, n) f) o
      WHERE n < before
      """;

  private static final String DUPLICATES =
      """
      SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT queue, key, n FROM received) d)
      FROM received
      """;

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
    return town.count(MISSING);
  }

  /** The four figures of every proof, of which all but {@code duplicates} must be zero. */
  public Findings findings() throws SQLException {
    return new Findings(
        List.of(
            Figure.of("lost", missing()).exactly(0),
            Figure.of("invented", town.count(INVENTED)).exactly(0),
            Figure.of("order_violations", town.count(OUT_OF_ORDER)).exactly(0),
            Figure.of("duplicates", town.count(DUPLICATES)),
            Figure.of("messages", town.count("SELECT count(*) FROM sent")).atLeast(1)));
  }

  @Override
  public void close() {
    receivers.forEach(Receiver::close);
  }
}
