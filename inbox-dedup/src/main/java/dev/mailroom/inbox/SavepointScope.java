package dev.mailroom.inbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A part of a transaction that someone else began and will end. */
final class SavepointScope implements Scope {

  private static final Logger log = LoggerFactory.getLogger(SavepointScope.class);

  private final Connection connection;
  private final InboxDialect dialect;
  private final Savepoint savepoint;

  /** One thread's. */
  private boolean completed;

  private SavepointScope(Connection connection, InboxDialect dialect, Savepoint savepoint) {
    this.connection = connection;
    this.dialect = dialect;
    this.savepoint = savepoint;
  }

  static SavepointScope begin(Connection connection, InboxTable table) throws SQLException {
    return new SavepointScope(connection, table.dialect(connection), connection.setSavepoint());
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
    dialect.release(connection, savepoint);
    completed = true;
  }

  @Override
  public void close() {
    if (completed) {
      return;
    }
    try {
      connection.rollback(savepoint);
      connection.releaseSavepoint(savepoint);
    } catch (SQLException e) {
      log.debug("A savepoint could not be rolled back; its transaction can only fail", e);
    }
  }
}
