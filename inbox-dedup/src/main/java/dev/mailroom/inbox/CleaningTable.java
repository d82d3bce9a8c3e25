package dev.mailroom.inbox;

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
record CleaningTable(InboxTable table, Duration retention) {

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
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(table.dialect(connection).now())) {
      row.next();
      return Instant.ofEpochMilli(row.getLong(1));
    }
  }

  Optional<String> next(Connection connection, KeyRange range) throws SQLException {
    return ids(connection, NEXT, range).stream().findFirst();
  }

  /** Locks the old ones among the rows above {@code range.after()} up to {@code last}. */
  List<String> lockOld(Connection connection, KeyRange range, String last) throws SQLException {
    String sql = LOCK_OLD.formatted(table.dialect(connection).ago(retention.toMillis()));
    return ids(connection, sql, new KeyRange(range.after(), last));
  }

  private List<String> ids(Connection connection, String sql, KeyRange range) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(table.in(connection, sql))) {
      select.setString(1, table.consumer());
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
    try (PreparedStatement delete = connection.prepareStatement(table.in(connection, DELETE))) {
      for (String id : ids) {
        delete.setString(1, table.consumer());
        delete.setString(2, id);
        delete.addBatch();
      }
      delete.executeBatch();
    }
  }
}
