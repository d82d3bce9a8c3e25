package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.relay.OutboxStore.Refused;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work on a database, in the dialect that it speaks, and tells of failures in Mailroom's
 * words. Thread-safe.
 */
final class Transactions {

  private static final Logger log = LoggerFactory.getLogger(Transactions.class);

  /** No such table, or no such schema, in the words of the databases. */
  private static final Set<String> NO_TABLE =
      Set.of("42P01", "3F000", "42S02", "42S03", "42S04", "90079");

  /** Deadlocks, and what took too long: locks and statements. */
  private static final Set<String> ANSWERS =
      Set.of("40001", "40P01", "55P03", "57014", "HYT00", "70100");

  /** The connection was killed, which MariaDB tells with the state of a cancelled statement. */
  private static final int KILLED = 1927;

  /** The same where the SQLState says too little: lock wait timeout, execution time, a check. */
  private static final Set<Integer> ANSWERS_OF_MARIADB = Set.of(1205, 3024, 3819);

  /** In MariaDB and MySQL, whose SQLState for it says too little. */
  private static final int NO_DATABASE = 1049;

  private static final int READ_ONLY_OPTION = 1290;
  private static final int READ_ONLY_INNODB = 1836;

  private final DataSource dataSource;
  private final Dialects dialects;

  Transactions(DataSource dataSource, TableNames names) {
    this.dataSource = dataSource;
    this.dialects = new Dialects(names);
  }

  interface Work<T> {
    T run(Dialect dialect, Connection connection) throws SQLException;
  }

  TableNames names() {
    return dialects.names();
  }

  Connection connection() throws SQLException {
    return dataSource.getConnection();
  }

  /** One statement; in auto-commit, so that it costs one round trip and leaves nothing open. */
  <T> T read(Work<T> query) {
    try (Connection connection = connection()) {
      boolean autoCommit = connection.getAutoCommit();
      connection.setAutoCommit(true);
      try {
        return query.run(dialects.of(connection), connection);
      } finally {
        restore(connection, autoCommit);
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static void restore(Connection connection, boolean autoCommit) {
    try {
      connection.setAutoCommit(autoCommit);
    } catch (SQLException e) {
      log.debug("A connection is broken", e); // as the query has told, or the next one will
    }
  }

  /** Commits what {@code work} did, or undoes it. */
  <T> T run(Work<T> work) {
    try (Connection connection = connection()) {
      return run(connection, work);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** As {@link #run(Work)} on a connection that the caller keeps, and throws what it threw. */
  <T> T run(Connection connection, Work<T> work) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    T result;
    try {
      result = work.run(dialects.of(connection), connection);
      connection.commit();
    } catch (SQLException | RuntimeException | Error e) {
      undo(connection, autoCommit, e);
      throw e;
    }
    leave(connection, autoCommit);
    return result;
  }

  /** On a connection that is broken this fails, too; that must not hide the cause. */
  private void undo(Connection connection, boolean autoCommit, Throwable cause) {
    try {
      connection.rollback();
      leave(connection, autoCommit);
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /** Leaves the session as it was found. */
  private void leave(Connection connection, boolean autoCommit) throws SQLException {
    connection.setAutoCommit(true);
    dialects.of(connection).unbound(connection);
    connection.setAutoCommit(autoCommit);
  }

  static MailroomException failed(SQLException e) {
    if (takesNoWrites(e)) {
      return readOnly(e);
    }
    String message =
        "The outbox's database failed (SQLState "
            + e.getSQLState()
            + "): "
            + e.getMessage()
            + (isWithoutTables(e)
                ? " Call OutboxSchema.migrate, with the same TableNames, or set the TableNames to"
                    + " where the tables are."
                : "");
    return isAnswer(e) ? new Refused(message, e) : new MailroomException(message, e);
  }

  /** Of a server to which the connection is well, and which is the one that it was. */
  private static boolean isAnswer(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    if (e.getErrorCode() == KILLED) {
      return false;
    }
    return ANSWERS.contains(state)
        || ANSWERS_OF_MARIADB.contains(e.getErrorCode())
        || state.startsWith("22")
        || state.startsWith("23")
        || state.startsWith("42");
  }

  private static boolean isWithoutTables(SQLException e) {
    return NO_TABLE.contains(String.valueOf(e.getSQLState())) || e.getErrorCode() == NO_DATABASE;
  }

  /** SQLState 25006 of a standby, and what MariaDB and MySQL say with read_only. */
  static boolean takesNoWrites(SQLException e) {
    return "25006".equals(e.getSQLState())
        || (e.getErrorCode() == READ_ONLY_OPTION && String.valueOf(e.getMessage()).contains("read"))
        || e.getErrorCode() == READ_ONLY_INNODB;
  }

  static MailroomException readOnly(SQLException e) {
    return new MailroomException(
        "The server takes no writes; it is a standby or a replica, or was made read-only."
            + " Connect to the primary. (SQLState "
            + e.getSQLState()
            + ": "
            + e.getMessage()
            + ")",
        e);
  }
}
