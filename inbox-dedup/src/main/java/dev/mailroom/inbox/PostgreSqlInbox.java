package dev.mailroom.inbox;

import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * PostgreSQL 14 and later. Each method is one round trip. The setting {@code mailroom.lock_timeout}
 * holds the handler's lock timeout while ours is in force; it is local to the transaction, and so
 * tells, too, whether the transaction is still the one of the claim.
 */
final class PostgreSqlInbox implements InboxDialect {

  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String NO_SUCH_SAVEPOINT = "3B001";
  private static final String NOT_IN_A_TRANSACTION = "25P01";
  private static final String TRANSACTION_FAILED = "25P02";
  private static final String DIVISION_BY_ZERO = "22012";
  private static final String NO_SUCH_SETTING = "42704";

  /** A row that is not written leaves our timeout in force: no handler runs in its transaction. */
  private static final String CLAIM =
      """
      WITH ours AS MATERIALIZED (
        SELECT set_config('mailroom.lock_timeout', current_setting('lock_timeout'), true),
               set_config('lock_timeout', ?, true))
      INSERT INTO inbox_message (consumer, message_id) SELECT ?, ? FROM ours
      ON CONFLICT (consumer, message_id) DO NOTHING
      RETURNING set_config('lock_timeout', current_setting('mailroom.lock_timeout'), true)
      """;

  private static final String CLAIM_ALL =
      """
      WITH ours AS MATERIALIZED (
        SELECT set_config('mailroom.lock_timeout', current_setting('lock_timeout'), true),
               set_config('lock_timeout', ?, true))
      INSERT INTO inbox_message (consumer, message_id) SELECT ?, id FROM ours, unnest(?) AS id
      ON CONFLICT (consumer, message_id) DO NOTHING
      RETURNING message_id;
      SELECT set_config('lock_timeout', current_setting('mailroom.lock_timeout'), true);
      SAVEPOINT mailroom_part
      """;

  private static final String FORGET =
      "DELETE FROM inbox_message WHERE consumer = ? AND message_id = ANY (?)";

  /** In another transaction the setting is empty or unknown, so that there is nothing to commit. */
  private static final String COMMIT =
      "SELECT 1 / length(current_setting('mailroom.lock_timeout')); COMMIT";

  private static final String STORE_DEAD_LETTER =
      """
      INSERT INTO inbox_dead_letter
        (consumer, message_id, source, message_type, message_key, headers, payload,
         created_at, sent_at, receive_count, error)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (consumer, message_id) DO UPDATE
      SET receive_count = excluded.receive_count, error = excluded.error
      """;

  private final String consumer;
  private final String lockTimeout;
  private final String claim;
  private final String claimAll;
  private final String forget;

  PostgreSqlInbox(String consumer, Duration lockTimeout, TableNames names) {
    this.consumer = consumer;
    this.lockTimeout = lockTimeout.toMillis() + "ms";
    claim = names.in(CLAIM, Database.POSTGRESQL);
    claimAll = names.in(CLAIM_ALL, Database.POSTGRESQL);
    forget = names.in(FORGET, Database.POSTGRESQL);
  }

  @Override
  public Claim claim(Connection connection, String messageId) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(claim)) {
      statement.setString(1, lockTimeout);
      statement.setString(2, consumer);
      statement.setString(3, messageId);
      try (ResultSet written = statement.executeQuery()) {
        return written.next() ? Claim.NEW : Claim.KNOWN;
      }
    } catch (SQLException e) {
      if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        return Claim.LOCKED;
      }
      throw e;
    }
  }

  @Override
  public Optional<Set<String>> claimAll(Connection connection, List<String> messageIds)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(claimAll)) {
      statement.setString(1, lockTimeout);
      statement.setString(2, consumer);
      statement.setArray(3, texts(connection, messageIds));
      statement.execute();
      Set<String> written = new HashSet<>();
      try (ResultSet rows = statement.getResultSet()) {
        while (rows.next()) {
          written.add(rows.getString(1));
        }
      }
      return Optional.of(written);
    } catch (SQLException e) {
      if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public void forget(Connection connection, Collection<String> messageIds) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(forget)) {
      statement.setString(1, consumer);
      statement.setArray(2, texts(connection, messageIds));
      statement.executeUpdate();
    }
  }

  @Override
  public void nextPart(Connection connection) throws SQLException {
    checked(connection, "RELEASE SAVEPOINT mailroom_part; SAVEPOINT mailroom_part");
  }

  @Override
  public void undoPart(Connection connection) throws SQLException {
    checked(connection, "ROLLBACK TO SAVEPOINT mailroom_part");
  }

  @Override
  public void commit(Connection connection) throws SQLException {
    checked(connection, COMMIT);
    connection.commit(); // for pools that count; the driver knows that nothing is open
  }

  /** Prepared, though without parameters, so that the server parses it once a connection. */
  private static void checked(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
    } catch (SQLException e) {
      throw told(e);
    }
  }

  @Override
  public void release(Connection connection, Savepoint savepoint) throws SQLException {
    try {
      connection.releaseSavepoint(savepoint);
    } catch (SQLException e) {
      throw told(e);
    }
  }

  private static SQLException told(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return switch (state) {
      case NO_SUCH_SAVEPOINT, NOT_IN_A_TRANSACTION, DIVISION_BY_ZERO, NO_SUCH_SETTING ->
          HandlerEndedTransaction.bySql(e);
      case TRANSACTION_FAILED -> HandlerEndedTransaction.aborted(e);
      default -> e;
    };
  }

  private static Array texts(Connection connection, Collection<String> texts) throws SQLException {
    return connection.createArrayOf("text", texts.toArray());
  }

  @Override
  public String now() {
    return "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
  }

  @Override
  public String ago(long millis) {
    return "clock_timestamp() - interval '" + millis + " milliseconds'";
  }

  @Override
  public String storeDeadLetter() {
    return STORE_DEAD_LETTER;
  }
}
