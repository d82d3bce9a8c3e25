package dev.mailroom.inbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.concurrent.atomic.AtomicLong;

/** A part of a transaction that someone else began and will end. */
final class SavepointScope implements Scope {

  /** Each has a name of its own, since a handler may join in turn. */
  private static final AtomicLong COUNT = new AtomicLong();

  private final Connection connection;
  private final InboxDialect dialect;
  private final Savepoint savepoint;

  private SavepointScope(Connection connection, InboxDialect dialect, Savepoint savepoint) {
    this.connection = connection;
    this.dialect = dialect;
    this.savepoint = savepoint;
  }

  static SavepointScope begin(Connection connection, InboxTable table) throws SQLException {
    return new SavepointScope(
        connection,
        table.dialect(connection),
        connection.setSavepoint("mailroom_" + COUNT.incrementAndGet()));
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
  }

  /**
   * Undoes what was done.
   *
   * @throws SQLException if the database has undone more than that already, or the connection broke
   */
  void undo() throws SQLException {
    connection.rollback(savepoint);
    connection.releaseSavepoint(savepoint);
  }
}
