package dev.mailroom.inbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.time.Duration;

/** The SQL of the inbox, for PostgreSQL. */
final class InboxTable {

  /** What the table says of a message that wants to be processed. */
  enum Claim {
    /** Its row is now part of the transaction. */
    NEW,
    /** A committed transaction has its row. */
    KNOWN,
    /** An open transaction has its row, and kept it for longer than the lock timeout. */
    LOCKED
  }

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /**
   * One round trip. The settings are local to the transaction; the last statement gives the handler
   * the lock timeout that was in force before, be it the session's or the transaction's.
   */
  private static final String CLAIM =
      """
      SELECT set_config('mailroom.lock_timeout', current_setting('lock_timeout'), true);
      SELECT set_config('lock_timeout', ?, true);
      INSERT INTO inbox_message (consumer, message_id) VALUES (?, ?)
        ON CONFLICT (consumer, message_id) DO NOTHING;
      SELECT set_config('lock_timeout', current_setting('mailroom.lock_timeout'), true)
      """;

  /** Only the transaction of a claim has the setting; in one that has failed, this fails too. */
  private static final String STILL_OPEN =
      "SELECT coalesce(current_setting('mailroom.lock_timeout', true), '') <> ''";

  private final String consumer;
  private final String lockTimeout;

  InboxTable(String consumer, Duration lockTimeout) {
    this.consumer = consumer;
    this.lockTimeout = lockTimeout.toMillis() + "ms";
  }

  /** After {@link Claim#LOCKED} the transaction can only be rolled back. */
  Claim claim(Connection connection, String messageId) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
      statement.setString(1, lockTimeout);
      statement.setString(2, consumer);
      statement.setString(3, messageId);
      return rowsWritten(statement) == 1 ? Claim.NEW : Claim.KNOWN;
    } catch (SQLException e) {
      if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        return Claim.LOCKED;
      }
      throw e;
    }
  }

  /**
   * Makes sure that a commit would keep the claim. PostgreSQL answers a commit after a failed
   * statement with a rollback, and its driver says nothing of that.
   */
  static void requireStillOpen(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(STILL_OPEN);
        ResultSet row = statement.executeQuery()) {
      if (!row.next() || !row.getBoolean(1)) {
        throw new SQLNonTransientException("the handler ended the transaction by SQL");
      }
    }
  }

  private static int rowsWritten(PreparedStatement statement) throws SQLException {
    int written = 0;
    boolean rows = statement.execute();
    while (rows || statement.getUpdateCount() >= 0) {
      written += rows ? 0 : statement.getUpdateCount();
      rows = statement.getMoreResults();
    }
    return written;
  }
}
