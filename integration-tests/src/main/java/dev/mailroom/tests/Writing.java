package dev.mailroom.tests;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.sql.DataSource;

/**
 * Writers at a steady rate, each with keys of its own: a row of {@code sent} and a message in one
 * transaction, of which some roll back and some commit late.
 */
final class Writing {

  private static final int KEYS_EACH = 5;

  private final DataSource dataSource;
  private final JdbcOutbox outbox = JdbcOutbox.create();
  private final List<Thread> writers = new ArrayList<>();
  private final long pauseMillis;
  private volatile boolean stopped;

  Writing(DataSource dataSource, int writers, long pauseMillis, SplittableRandom random) {
    this.dataSource = dataSource;
    this.pauseMillis = pauseMillis;
    for (int i = 0; i < writers; i++) {
      int number = i;
      SplittableRandom its = random.split();
      Thread thread = new Thread(() -> write(number, its), "writer-" + i);
      thread.setDaemon(true);
      this.writers.add(thread);
      thread.start();
    }
  }

  private void write(int writer, SplittableRandom random) {
    List<String> queues = List.of(Town.MAIL, Town.NEWS, Town.LEDGER, Town.LEDGER);
    for (int n = 0; !stopped; n++) {
      String key = "k" + writer + "-" + random.nextInt(KEYS_EACH);
      try {
        write(queues.get(random.nextInt(queues.size())), key, n, random);
        Thread.sleep(1 + random.nextLong(2 * pauseMillis));
      } catch (SQLException e) {
        // In doubt, if it was the commit that failed: the table tells what became of it.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void write(String queue, String key, int n, SplittableRandom random)
      throws SQLException, InterruptedException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO sent VALUES (?, ?, ?)")) {
        insert.setString(1, queue);
        insert.setString(2, key);
        insert.setInt(3, n);
        insert.executeUpdate();
      }
      outbox.publish(
          connection,
          Message.to((queue.equals(Town.NEWS) ? "sns:" : "sqs:") + queue)
              .type("Numbered")
              .key(key)
              .payload(key + ":" + n)
              .build());
      if (random.nextInt(20) == 0) {
        Thread.sleep(random.nextInt(500));
      }
      if (random.nextInt(10) == 0) {
        connection.rollback();
      } else {
        connection.commit();
      }
      connection.setAutoCommit(true);
    }
  }

  /** Ends it and waits for what is under way. */
  void stop() throws InterruptedException {
    stopped = true;
    for (Thread writer : writers) {
      writer.join();
    }
  }
}
