package dev.mailroom.tests.many;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/** Messages to one destination in a transaction, with the time of each commit. */
final class Letters {

  private final DataSource dataSource;
  private final JdbcOutbox outbox = JdbcOutbox.create();
  // From destination and message to the milliseconds of the clock just before the commit.
  private final Map<String, Map<String, Long>> committed = new ConcurrentHashMap<>();

  Letters(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Writes message {@code n} of each of so many keys of a queue. */
  void write(String queue, int keys, int n) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      for (int key = 0; key < keys; key++) {
        outbox.publish(
            connection,
            Message.to("sqs:" + queue)
                .type("Numbered")
                .key(queue.replace(".fifo", "") + "-" + key)
                .payload(body(key, n))
                .build());
      }
      long now = System.currentTimeMillis();
      connection.commit();
      connection.setAutoCommit(true);
      Map<String, Long> its = committed.computeIfAbsent(queue, name -> new ConcurrentHashMap<>());
      for (int key = 0; key < keys; key++) {
        its.put(body(key, n), now);
      }
    }
  }

  static String body(int key, int n) {
    return key + ":" + n;
  }

  /** What was written to a queue, and when. */
  Map<String, Long> to(String queue) {
    return committed.getOrDefault(queue, Map.of());
  }
}
