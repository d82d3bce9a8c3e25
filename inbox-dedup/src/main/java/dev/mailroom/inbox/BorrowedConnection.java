package dev.mailroom.inbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.sql.DataSource;

/**
 * A connection of a data source whose settings are changed for a while. It goes back as it came;
 * where it broke and cannot be set back, try-with-resources keeps the reason in front. One
 * thread's.
 */
final class BorrowedConnection implements AutoCloseable {

  private interface Step {
    void run() throws SQLException;
  }

  private final Connection connection;
  private final Deque<Step> back = new ArrayDeque<>();

  BorrowedConnection(DataSource dataSource) throws SQLException {
    connection = dataSource.getConnection();
  }

  Connection connection() {
    return connection;
  }

  void autoCommit(boolean value) throws SQLException {
    boolean before = connection.getAutoCommit();
    back.push(() -> connection.setAutoCommit(before));
    connection.setAutoCommit(value);
  }

  void isolation(int value) throws SQLException {
    int before = connection.getTransactionIsolation();
    back.push(() -> connection.setTransactionIsolation(before));
    connection.setTransactionIsolation(value);
  }

  /** Undoes what was not committed first: settings cannot change inside a transaction. */
  @Override
  public void close() throws SQLException {
    try (connection) {
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
      while (!back.isEmpty()) {
        back.pop().run();
      }
    }
  }
}
