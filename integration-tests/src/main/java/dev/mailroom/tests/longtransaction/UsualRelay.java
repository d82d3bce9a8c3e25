package dev.mailroom.tests.longtransaction;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.tests.sink.ArrivalLog;
import dev.mailroom.tests.sink.Letter;
import dev.mailroom.tests.sink.SinkRelay;
import dev.mailroom.tests.town.Child;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The relay that most teams write, as a floor to compare with, in a process of its own: workers
 * lock waiting rows with SKIP LOCKED, send, and set a status; a job deletes what was sent. It ends
 * with its standard input.
 */
final class UsualRelay {

  private static final String TABLE =
      """
      CREATE TABLE usual_outbox (
        id %s,
        destination varchar(100) NOT NULL,
        message_key varchar(100) NOT NULL,
        payload varchar(1000) NOT NULL,
        status varchar(10) NOT NULL DEFAULT 'NEW',
        created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
        sent_at timestamp NULL)
      """;
  private static final String INDEX =
      "CREATE INDEX usual_outbox_waiting ON usual_outbox (status, id)";

  private static final String INSERT =
      "INSERT INTO usual_outbox (destination, message_key, payload) VALUES (?, ?, ?)";
  private static final String LOCK =
      """
      SELECT id, destination, payload FROM usual_outbox WHERE status = 'NEW'
      ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED
      """;
  private static final String MARK =
      "UPDATE usual_outbox SET status = 'SENT', sent_at = CURRENT_TIMESTAMP WHERE id = ?";
  private static final String CLEAN = "DELETE FROM usual_outbox WHERE status = 'SENT'";

  private static final int WORKERS = 2;
  private static final long IDLE_MILLIS = 20;
  private static final long CLEAN_EVERY_MILLIS = 1_000;

  private final HikariDataSource dataSource;
  private final ArrivalLog.Pen log;
  private final Duration answersAfter;

  private UsualRelay(HikariDataSource dataSource, ArrivalLog.Pen log, Duration answersAfter) {
    this.dataSource = dataSource;
    this.log = log;
    this.answersAfter = answersAfter;
  }

  private record Waiting(long id, String destination, String payload) {}

  /**
   * DDL of its table.
   *
   * @param countingKey as in {@link dev.mailroom.tests.town.DatabaseServer#countingKey}
   */
  static List<String> tables(String countingKey) {
    return List.of(TABLE.formatted(countingKey), INDEX);
  }

  static Child start(String url, Path arrivals, Duration answersAfter) throws IOException {
    return new Child(
        UsualRelay.class,
        Map.of(),
        arrivals.resolveSibling("usual.stderr"),
        url,
        arrivals.toString(),
        Long.toString(answersAfter.toMillis()));
  }

  /** What a writer of it does with its letters. */
  static void publish(Connection connection, List<Letter> letters) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (Letter letter : letters) {
        insert.setString(1, letter.destination());
        insert.setString(2, letter.key());
        insert.setString(3, letter.payload());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  public static void main(String... arguments) throws IOException {
    HikariDataSource dataSource = SinkRelay.pool(arguments[0], WORKERS + 1);
    // Where locks cover gaps (REPEATABLE READ of InnoDB), its writers would wait for it.
    dataSource.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    ArrivalLog.Pen log = new ArrivalLog.Pen(Path.of(arguments[1]));
    Duration answersAfter = Duration.ofMillis(Long.parseLong(arguments[2]));
    UsualRelay relay = new UsualRelay(dataSource, log, answersAfter);
    for (int i = 0; i < WORKERS; i++) {
      new Thread(relay::work, "worker-" + i).start();
    }
    new Thread(relay::cleanForEver, "cleaner").start();
    System.out.println("ready relay");
    System.in.transferTo(OutputStream.nullOutputStream());
    System.exit(0);
  }

  private void work() {
    while (true) {
      try {
        if (pass() == 0) {
          Thread.sleep(IDLE_MILLIS);
        }
      } catch (SQLException e) {
        System.err.println(e.getMessage());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private int pass() throws SQLException, InterruptedException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      List<Waiting> batch = lock(connection);
      if (!batch.isEmpty()) {
        Thread.sleep(answersAfter.toMillis()); // ten batches of ten on their way at once
        batch.forEach(each -> log.write(each.destination(), List.of(each.payload())));
        mark(connection, batch);
      }
      connection.commit();
      return batch.size();
    }
  }

  private static List<Waiting> lock(Connection connection) throws SQLException {
    try (Statement select = connection.createStatement();
        ResultSet results = select.executeQuery(LOCK)) {
      List<Waiting> batch = new ArrayList<>();
      while (results.next()) {
        batch.add(new Waiting(results.getLong(1), results.getString(2), results.getString(3)));
      }
      return batch;
    }
  }

  private static void mark(Connection connection, List<Waiting> batch) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(MARK)) {
      for (Waiting each : batch) {
        update.setLong(1, each.id());
        update.addBatch();
      }
      update.executeBatch();
    }
  }

  private void cleanForEver() {
    try {
      while (true) {
        Thread.sleep(CLEAN_EVERY_MILLIS);
        clean();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void clean() {
    try (Connection connection = dataSource.getConnection();
        Statement delete = connection.createStatement()) {
      connection.setAutoCommit(true);
      delete.executeUpdate(CLEAN);
    } catch (SQLException e) {
      System.err.println(e.getMessage());
    }
  }
}
