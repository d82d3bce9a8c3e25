package dev.mailroom.inbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** One run of cleaning. One thread's. */
final class Cleaning {

  private final Connection connection;
  private final CleaningTable table;

  Cleaning(Connection connection, CleaningTable table) {
    this.connection = connection;
    this.table = table;
  }

  /**
   * Leaves the connection as it was. What a statement locks, and for whom others wait, is the rows
   * it found and no gaps between them: that takes READ COMMITTED on MariaDB and MySQL.
   */
  long run() throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    int isolation = connection.getTransactionIsolation();
    connection.setAutoCommit(false);
    try {
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      long deleted = 0;
      for (KeyRange range : KeyRange.ofOldRows(table.now(connection), table.retention())) {
        deleted += clean(range);
      }
      return deleted;
    } finally {
      connection.rollback();
      connection.setTransactionIsolation(isolation);
      connection.setAutoCommit(autoCommit);
    }
  }

  private long clean(KeyRange range) throws SQLException {
    long deleted = 0;
    KeyRange left = range;
    Optional<String> last;
    do {
      last = table.next(connection, left);
      List<String> old = table.lockOld(connection, left, last.orElse(left.before()));
      if (!old.isEmpty()) {
        table.delete(connection, old);
      }
      connection.commit();
      deleted += old.size();
      left = left.from(last.orElse(left.before()));
    } while (last.isPresent() && !Thread.currentThread().isInterrupted());
    return deleted;
  }
}
