package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.SQLException;

/** Runs work in a transaction of its own, and tells of failures in Mailroom's words. */
final class Transactions {

  private Transactions() {}

  interface Work<T> {
    T run(Dialect dialect, Connection connection) throws SQLException;
  }

  /** Commits what {@code work} did, or undoes it and throws what it threw. */
  static <T> T run(Connection connection, Work<T> work) throws SQLException {
    connection.setAutoCommit(false);
    T result;
    try {
      result = work.run(Dialect.of(connection), connection);
      connection.commit();
    } catch (SQLException | RuntimeException e) {
      undo(connection, e);
      throw e;
    }
    connection.setAutoCommit(true);
    return result;
  }

  /** On a connection that is broken this fails, too; that must not hide the cause. */
  private static void undo(Connection connection, Exception cause) {
    try {
      connection.rollback();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  static MailroomException failed(SQLException e) {
    return new MailroomException(
        "The outbox's database failed (SQLState " + e.getSQLState() + "): " + e.getMessage(), e);
  }
}
