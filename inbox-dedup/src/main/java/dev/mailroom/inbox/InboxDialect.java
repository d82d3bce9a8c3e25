package dev.mailroom.inbox;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the inbox says to a database about the messages of one consumer. Its statements wait for
 * other transactions no longer than the lock timeout, which never reaches a handler. Stateless; the
 * connection's transaction is the caller's.
 */
interface InboxDialect {

  /** What the table says of a message that wants to be processed. */
  enum Claim {
    /** Its row is now part of the transaction. */
    NEW,
    /** A committed transaction has its row. */
    KNOWN,
    /** An open transaction has its row, and kept it for longer than the lock timeout. */
    LOCKED
  }

  /** Begins a transaction of the inbox's own. */
  default void begin(Connection connection) throws SQLException {}

  /** After {@link Claim#LOCKED} the transaction can only be rolled back. */
  Claim claim(Connection connection, String messageId) throws SQLException;

  /**
   * Claims several in the order given, which must be the same in all transactions, and begins the
   * first part.
   *
   * @return those that are new; or nothing if another transaction has one of them, and then this
   *     one can only be rolled back
   */
  Optional<Set<String>> claimAll(Connection connection, List<String> messageIds)
      throws SQLException;

  /** Takes claims back: the messages are unknown again. */
  void forget(Connection connection, Collection<String> messageIds) throws SQLException;

  /**
   * Keeps the part of the transaction that was begun last, and begins another. Fails if what was
   * done in it ended the transaction or left it such that it cannot commit.
   */
  void nextPart(Connection connection) throws SQLException;

  /** Undoes what was done since the part began; the part goes on. */
  void undoPart(Connection connection) throws SQLException;

  /**
   * Commits the inbox's own transaction.
   *
   * @throws HandlerEndedTransaction if it is not the one of the claim any more, or cannot commit:
   *     nothing was committed here
   */
  void commit(Connection connection) throws SQLException;

  /**
   * Keeps what was done since {@code savepoint}, which has a name, in a transaction of someone
   * else.
   *
   * @throws HandlerEndedTransaction if that transaction has ended or cannot commit
   */
  void release(Connection connection, Savepoint savepoint) throws SQLException;

  /** A query for the time now, in milliseconds since 1970, by the clock of the database. */
  String now();

  /** An expression: the time {@code millis} ago, by the clock of the database. */
  String ago(long millis);

  /**
   * An insert with the parameters consumer, message_id, source, message_type, message_key, headers,
   * payload, created_at, sent_at, receive_count and error; the last two replace those of a row that
   * is there. In any case the row is there then.
   */
  String storeDeadLetter();

  /**
   * Before texts that may be long are sent.
   *
   * @throws SQLException if the server takes no statement with them
   */
  default void requireTakes(Connection connection, List<String> texts) throws SQLException {}

  /** A time as the columns take it. */
  default Object time(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  /** The time in a column, or null. */
  default @Nullable Instant time(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
