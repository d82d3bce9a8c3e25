package dev.mailroom.inbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * MySQL 8.0 and later. The lock timeout of InnoDB is the session's and of whole seconds: ours is
 * rounded up, and set for the insert alone. A copy that waits for the first gets a shared lock when
 * that rolls back; of many copies all but one are then victims of a deadlock, and are run again.
 */
class MySqlInbox extends InsertingInbox {

  private static final int DUPLICATE = 1062;
  private static final int LOCK_TIMEOUT = 1205;
  private static final int NO_WAIT = 4192; // MariaDB
  private static final int NO_SUCH_SAVEPOINT = 1305;

  private static final String STORE_DEAD_LETTER =
      """
      INSERT INTO inbox_dead_letter
        (consumer, message_id, source, message_type, message_key, headers, payload,
         created_at, sent_at, receive_count, error)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON DUPLICATE KEY UPDATE receive_count = VALUES(receive_count), error = VALUES(error)
      """;

  /** Any server takes a statement as long as this. */
  private static final int SURE_BYTES = 1 << 16;

  /** At most so much stands around the long texts of a dead letter. */
  private static final int OVERHEAD = 1 << 15;

  private final long seconds;

  MySqlInbox(String consumer, Duration lockTimeout, TableNames names) {
    this(Database.MYSQL, consumer, lockTimeout, names);
  }

  MySqlInbox(Database database, String consumer, Duration lockTimeout, TableNames names) {
    super(database, consumer, names);
    seconds = lockTimeout.plusMillis(999).toSeconds();
  }

  long seconds() {
    return seconds;
  }

  @Override
  boolean isDuplicate(SQLException e) {
    return e.getErrorCode() == DUPLICATE;
  }

  @Override
  boolean isLockTimeout(SQLException e) {
    return e.getErrorCode() == LOCK_TIMEOUT || e.getErrorCode() == NO_WAIT;
  }

  @Override
  int insert(PreparedStatement insert) throws SQLException {
    Connection connection = insert.getConnection();
    execute(
        connection,
        "SET @mailroom_lock_timeout = @@innodb_lock_wait_timeout, innodb_lock_wait_timeout = "
            + seconds);
    Restored timeout =
        () -> execute(connection, "SET innodb_lock_wait_timeout = @mailroom_lock_timeout");
    try (timeout) {
      return insert.executeUpdate();
    }
  }

  @Override
  public void begin(Connection connection) throws SQLException {
    mark(connection);
  }

  @Override
  public void nextPart(Connection connection) throws SQLException {
    requireMark(connection);
    mark(connection);
  }

  @Override
  public void commit(Connection connection) throws SQLException {
    requireMark(connection);
    connection.commit();
  }

  /** A deadlock ends the whole transaction, and so does DDL; and then the savepoint is gone. */
  private static void requireMark(Connection connection) throws SQLException {
    release(connection, "mailroom_part");
  }

  /** By SQL, for a driver of MySQL does nothing when it is to release a savepoint. */
  @Override
  public void release(Connection connection, Savepoint savepoint) throws SQLException {
    release(connection, savepoint.getSavepointName());
  }

  private static void release(Connection connection, String savepoint) throws SQLException {
    try {
      execute(connection, "RELEASE SAVEPOINT " + savepoint);
    } catch (SQLException e) {
      throw e.getErrorCode() == NO_SUCH_SAVEPOINT ? HandlerEndedTransaction.bySql(e) : e;
    }
  }

  @Override
  public String now() {
    return "SELECT timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) DIV 1000";
  }

  @Override
  public String ago(long millis) {
    return "utc_timestamp(6) - INTERVAL " + millis + "000 MICROSECOND";
  }

  @Override
  public String storeDeadLetter() {
    return STORE_DEAD_LETTER;
  }

  /** A server that is sent more may end the connection before anybody has read why. */
  @Override
  public void requireTakes(Connection connection, List<String> texts) throws SQLException {
    long bytes = OVERHEAD + texts.stream().mapToLong(MySqlInbox::escaped).sum();
    long limit = bytes <= SURE_BYTES ? Long.MAX_VALUE : maxPacket(connection);
    if (bytes >= limit) {
      throw new SQLException(
          "it needs a statement of up to "
              + bytes
              + " bytes, and the server takes less than max_allowed_packet = "
              + limit
              + "; raise max_allowed_packet of the server",
          "HY000");
    }
  }

  /** At most so many bytes in a statement, whatever the driver escapes. */
  private static long escaped(String text) {
    long escapes = text.chars().filter(c -> "'\"\\\0".indexOf(c) >= 0).count();
    return text.getBytes(UTF_8).length + escapes;
  }

  private static long maxPacket(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT @@max_allowed_packet")) {
      row.next();
      return row.getLong(1);
    }
  }

  /** There is no type for a point in time that reaches beyond 2038: UTC it is. */
  @Override
  public Object time(Instant time) {
    return LocalDateTime.ofInstant(time, ZoneOffset.UTC);
  }

  @Override
  public @Nullable Instant time(ResultSet row, String column) throws SQLException {
    LocalDateTime time = row.getObject(column, LocalDateTime.class);
    return time == null ? null : time.toInstant(ZoneOffset.UTC);
  }
}
