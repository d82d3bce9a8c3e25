package dev.mailroom.inbox;

import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The statements that find and delete old rows of one consumer, by ranges of the primary key: the
 * index that is there anyway. An index on the time would cost every insert, and a BRIN would lose
 * its worth as the space of deleted rows is used again.
 */
record CleaningTable(String consumer, TableNames names, Duration retention) {

  /** Keeps a statement far below 200 ms, also where each row is on a page of its own. */
  static final int CHUNK = 1_000;

  /** The last of the next rows, whatever their age: bounds what a statement reads. */
  private static final String NEXT =
      """
      SELECT message_id FROM inbox_message
      WHERE consumer = ? AND message_id > ? AND message_id < ?
      ORDER BY message_id LIMIT 1 OFFSET %d
      """
          .formatted(CHUNK - 1);

  private static final String LOCK_OLD =
      """
      SELECT message_id FROM inbox_message
      WHERE consumer = ? AND message_id > ? AND message_id <= ? AND processed_at < %s
      ORDER BY message_id FOR UPDATE SKIP LOCKED
      """;

  private static final String DELETE =
      "DELETE FROM inbox_message WHERE consumer = ? AND message_id = ?";

  /** By the clock of the database. */
  Instant now(Connection connection) throws SQLException {
    String query =
        switch (Database.of(connection)) {
          case POSTGRESQL -> "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
          case MARIADB, MYSQL ->
              "SELECT timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) DIV 1000";
          case H2 -> "SELECT CAST(extract(EPOCH FROM current_timestamp) * 1000 AS bigint)";
        };
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return Instant.ofEpochMilli(row.getLong(1));
    }
  }

  Optional<String> next(Connection connection, KeyRange range) throws SQLException {
    return ids(connection, NEXT, range).stream().findFirst();
  }

  /** Locks the old ones among the rows above {@code range.after()} up to {@code last}. */
  List<String> lockOld(Connection connection, KeyRange range, String last) throws SQLException {
    String sql = LOCK_OLD.formatted(before(Database.of(connection)));
    return ids(connection, sql, new KeyRange(range.after(), last));
  }

  private List<String> ids(Connection connection, String sql, KeyRange range) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(named(connection, sql))) {
      select.setString(1, consumer);
      select.setString(2, range.after());
      select.setString(3, range.before());
      List<String> ids = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getString(1));
        }
      }
      return ids;
    }
  }

  /** Each by its key: a list of many could make the database scan, and wait for other rows. */
  void delete(Connection connection, List<String> ids) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(named(connection, DELETE))) {
      for (String id : ids) {
        delete.setString(1, consumer);
        delete.setString(2, id);
        delete.addBatch();
      }
      delete.executeBatch();
    }
  }

  /** Up to when rows are old. */
  private String before(Database database) {
    long millis = retention.toMillis();
    return switch (database) {
      case POSTGRESQL -> "clock_timestamp() - interval '" + millis + " milliseconds'";
      case MARIADB, MYSQL -> "utc_timestamp(6) - INTERVAL " + millis + "000 MICROSECOND";
      case H2 -> "DATEADD(MILLISECOND, -" + millis + ", current_timestamp)";
    };
  }

  private String named(Connection connection, String sql) throws SQLException {
    return names.in(sql, Database.of(connection));
  }
}
