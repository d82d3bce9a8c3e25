package dev.mailroom.inbox;

import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * H2 2.x. A variable of the session holds the id of the claim's transaction, which tells whether it
 * is still the same.
 */
final class H2Inbox extends InsertingInbox {

  private static final String LOCK_TIMEOUT = "HYT00";
  private static final String DUPLICATE = "23505";

  private static final String STORE_DEAD_LETTER =
      """
      MERGE INTO inbox_dead_letter old
      USING (VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) new
        (consumer, message_id, source, message_type, message_key, headers, payload,
         created_at, sent_at, receive_count, error)
      ON old.consumer = new.consumer AND old.message_id = new.message_id
      WHEN MATCHED THEN UPDATE
        SET receive_count = new.receive_count, error = new.error
      WHEN NOT MATCHED THEN INSERT
        (consumer, message_id, source, message_type, message_key, headers, payload,
         created_at, sent_at, receive_count, error)
      VALUES
        (new.consumer, new.message_id, new.source, new.message_type, new.message_key, new.headers,
         new.payload, new.created_at, new.sent_at, new.receive_count, new.error)
      """;

  private final long millis;

  H2Inbox(String consumer, Duration lockTimeout, TableNames names) {
    super(Database.H2, consumer, names);
    millis = lockTimeout.toMillis();
  }

  @Override
  boolean isDuplicate(SQLException e) {
    return DUPLICATE.equals(e.getSQLState());
  }

  @Override
  boolean isLockTimeout(SQLException e) {
    return LOCK_TIMEOUT.equals(e.getSQLState());
  }

  @Override
  int insert(PreparedStatement insert) throws SQLException {
    Connection connection = insert.getConnection();
    try (Statement statement = connection.createStatement()) {
      long before = number(statement, "CALL LOCK_TIMEOUT()");
      statement.execute("SET LOCK_TIMEOUT " + millis);
      Restored timeout = () -> statement.execute("SET LOCK_TIMEOUT " + before);
      try (timeout) {
        return insert.executeUpdate();
      }
    }
  }

  @Override
  public Claim claim(Connection connection, String messageId) throws SQLException {
    Claim claim = super.claim(connection, messageId);
    remember(connection);
    return claim;
  }

  @Override
  public Optional<Set<String>> claimAll(Connection connection, List<String> messageIds)
      throws SQLException {
    Optional<Set<String>> written = super.claimAll(connection, messageIds);
    remember(connection);
    return written;
  }

  @Override
  public void nextPart(Connection connection) throws SQLException {
    requireSame(connection);
    mark(connection);
  }

  @Override
  public void commit(Connection connection) throws SQLException {
    requireSame(connection);
    connection.commit();
  }

  @Override
  public void release(Connection connection, Savepoint savepoint) throws SQLException {
    requireSame(connection);
    connection.releaseSavepoint(savepoint);
  }

  private static void remember(Connection connection) throws SQLException {
    execute(connection, "SET @mailroom_transaction = TRANSACTION_ID()");
  }

  private static void requireSame(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      String same = "CALL CASE WHEN TRANSACTION_ID() = @mailroom_transaction THEN 1 ELSE 0 END";
      if (number(statement, same) == 0) {
        throw HandlerEndedTransaction.bySql(new SQLException("another transaction", "25000"));
      }
    }
  }

  private static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public String now() {
    return "SELECT CAST(extract(EPOCH FROM current_timestamp) * 1000 AS bigint)";
  }

  @Override
  public String ago(long duration) {
    return "DATEADD(MILLISECOND, -" + duration + ", current_timestamp)";
  }

  @Override
  public String storeDeadLetter() {
    return STORE_DEAD_LETTER;
  }
}
