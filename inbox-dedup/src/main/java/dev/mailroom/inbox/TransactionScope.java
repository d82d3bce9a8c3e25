package dev.mailroom.inbox;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A transaction of its own, on a connection that it takes from a data source and gives back. */
final class TransactionScope implements Scope, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TransactionScope.class);

  private final Connection connection;
  private final InboxDialect dialect;
  private final boolean autoCommit;

  /** One thread's. */
  private boolean completed;

  private TransactionScope(Connection connection, InboxDialect dialect, boolean autoCommit) {
    this.connection = connection;
    this.dialect = dialect;
    this.autoCommit = autoCommit;
  }

  static TransactionScope begin(DataSource dataSource, InboxTable table) throws SQLException {
    Connection connection = dataSource.getConnection();
    try {
      boolean autoCommit = connection.getAutoCommit();
      if (autoCommit) {
        connection.setAutoCommit(false);
      }
      InboxDialect dialect = table.dialect(connection);
      dialect.begin(connection);
      return new TransactionScope(connection, dialect, autoCommit);
    } catch (SQLException | RuntimeException e) {
      try (connection) {
        throw e;
      }
    }
  }

  @Override
  public Connection connection() {
    return connection;
  }

  @Override
  public InboxDialect dialect() {
    return dialect;
  }

  @Override
  public void complete() throws SQLException {
    dialect.commit(connection);
    completed = true;
  }

  /**
   * Undoes what was done, unless it was completed; only logs what fails. Autocommit is switched
   * back only after the transaction has ended: switching it on would commit what is open.
   */
  @Override
  public void close() {
    try (connection) {
      if (!completed) {
        connection.rollback();
      }
      if (autoCommit) {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      log.debug("A connection could not be given back in order; it is closed as it is", e);
    }
  }
}
