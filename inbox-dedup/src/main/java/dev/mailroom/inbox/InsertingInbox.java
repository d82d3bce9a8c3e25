package dev.mailroom.inbox;

import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A database on which an INSERT that fails on a key that is there undoes itself alone, and leaves
 * the transaction as it was.
 */
abstract class InsertingInbox implements InboxDialect {

  private static final String CLAIM = "INSERT INTO inbox_message (consumer, message_id) VALUES ";
  private static final String FORGET =
      "DELETE FROM inbox_message WHERE consumer = ? AND message_id IN ";

  private final Database database;
  private final String consumer;
  private final TableNames names;

  InsertingInbox(Database database, String consumer, TableNames names) {
    this.database = database;
    this.consumer = consumer;
    this.names = names;
  }

  /** In try-with-resources: where the connection broke, why the statement failed stays in front. */
  interface Restored extends AutoCloseable {
    @Override
    void close() throws SQLException;
  }

  abstract boolean isDuplicate(SQLException e);

  abstract boolean isLockTimeout(SQLException e);

  /** The statement, waiting for locks no longer than the lock timeout. */
  String hurried(String sql) {
    return sql;
  }

  /** Runs the insert while the lock timeout is in force. */
  int insert(PreparedStatement insert) throws SQLException {
    return insert.executeUpdate();
  }

  @Override
  public Claim claim(Connection connection, String messageId) throws SQLException {
    try {
      return inserted(connection, List.of(messageId)) ? Claim.NEW : Claim.KNOWN;
    } catch (SQLException e) {
      if (isLockTimeout(e)) {
        return Claim.LOCKED;
      }
      throw e;
    }
  }

  /** All at once, and only if one is known one by one. */
  @Override
  public Optional<Set<String>> claimAll(Connection connection, List<String> messageIds)
      throws SQLException {
    Set<String> written = new HashSet<>();
    try {
      if (inserted(connection, messageIds)) {
        written.addAll(messageIds);
      } else {
        for (String messageId : messageIds) {
          if (inserted(connection, List.of(messageId))) {
            written.add(messageId);
          }
        }
      }
    } catch (SQLException e) {
      if (isLockTimeout(e)) {
        return Optional.empty();
      }
      throw e;
    }
    mark(connection);
    return Optional.of(written);
  }

  private boolean inserted(Connection connection, List<String> messageIds) throws SQLException {
    String rows = String.join(", ", Collections.nCopies(messageIds.size(), "(?, ?)"));
    String sql = names.in(hurried(CLAIM) + rows, database);
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      int parameter = 0;
      for (String messageId : messageIds) {
        insert.setString(++parameter, consumer);
        insert.setString(++parameter, messageId);
      }
      insert(insert);
      return true;
    } catch (SQLException e) {
      if (isDuplicate(e)) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void forget(Connection connection, Collection<String> messageIds) throws SQLException {
    String list = String.join(", ", Collections.nCopies(messageIds.size(), "?"));
    String sql = names.in(FORGET + "(" + list + ")", database);
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      int parameter = 0;
      delete.setString(++parameter, consumer);
      for (String messageId : messageIds) {
        delete.setString(++parameter, messageId);
      }
      delete.executeUpdate();
    }
  }

  /** Sets the savepoint that tells whether the transaction is still the same. */
  static void mark(Connection connection) throws SQLException {
    execute(connection, "SAVEPOINT mailroom_part");
  }

  @Override
  public void undoPart(Connection connection) throws SQLException {
    execute(connection, "ROLLBACK TO SAVEPOINT mailroom_part");
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
