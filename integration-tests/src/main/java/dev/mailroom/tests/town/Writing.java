package dev.mailroom.tests.town;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/**
 * Writers at a steady rate, each with keys of its own: a row of {@code sent} and a message in one
 * transaction, of which some roll back and some commit late.
 */
public final class Writing {

  private static final int KEYS_EACH = 5;

  private final DataSource dataSource;
  private final List<String> destinations;
  private final JdbcOutbox outbox = JdbcOutbox.create();
  private final List<Thread> writers = new ArrayList<>();
  private final long pauseMillis;
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
  private volatile boolean stopped;

  /**
   * Begins to write.
   *
   * @param name that no others have, for the keys
   * @param destinations written to, each as often as it is named; that of a queue or topic
   * @param pauseMillis waited on average by each writer after a message
   */
  public Writing(
      DataSource dataSource,
      String name,
      List<String> destinations,
      int writers,
      long pauseMillis,
      SplittableRandom random) {
    this.destinations = destinations;
    this.dataSource = dataSource;
    this.pauseMillis = pauseMillis;
    for (int i = 0; i < writers; i++) {
      String prefix = name + i + "-";
      SplittableRandom its = random.split();
      Thread thread = new Thread(() -> write(prefix, its), "writer-" + i);
      thread.setDaemon(true);
      this.writers.add(thread);
      thread.start();
    }
  }

  private void write(String prefix, SplittableRandom random) {
    for (int n = 0; !stopped; n++) {
      String key = prefix + random.nextInt(KEYS_EACH);
      try {
        write(destinations.get(random.nextInt(destinations.size())), key, n, random);
        Thread.sleep(1 + random.nextLong(2 * pauseMillis));
      } catch (SQLException e) {
        // In doubt, if it was the commit that failed: the table tells what became of it.
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        failure.compareAndSet(null, e);
        return;
      }
    }
  }

  private void write(String destination, String key, int n, SplittableRandom random)
      throws SQLException, InterruptedException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      insert(connection, destination, key, n);
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

  private void insert(Connection connection, String destination, String key, int n)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO sent (queue, message_key, n, at_ms) VALUES (?, ?, ?, ?)")) {
      insert.setString(1, destination.substring(destination.indexOf(':') + 1));
      insert.setString(2, key);
      insert.setInt(3, n);
      insert.setLong(4, System.currentTimeMillis());
      insert.executeUpdate();
    }
    outbox.publish(
        connection,
        Message.to(destination).type("Numbered").key(key).payload(key + ":" + n).build());
  }

  /** Writes to each destination in one more transaction, which stays open. */
  void leaveOpen(String key) throws SQLException {
    for (int failures = 0; ; failures++) {
      try {
        Connection connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        for (String destination : destinations) {
          insert(connection, destination, key, 0);
        }
        return;
      } catch (SQLException e) {
        if (failures == 20) {
          throw e;
        }
      }
    }
  }

  /**
   * Ends it and waits for what is under way.
   *
   * @throws IllegalStateException if a writer ended before, for another reason than its database
   */
  public void stop() throws InterruptedException {
    stopped = true;
    for (Thread writer : writers) {
      writer.join();
    }
    if (failure.get() != null) {
      throw new IllegalStateException("A writer has failed", failure.get());
    }
  }
}
