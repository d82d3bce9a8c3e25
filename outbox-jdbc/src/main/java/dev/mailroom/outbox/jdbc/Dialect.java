package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxStore.BlockedKey;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What Mailroom says to a database. Stateless; the connection's transaction is the caller's. */
interface Dialect {

  /** The name of the folder with its migrations. */
  String folder();

  /** Inserts messages so that seq follows the order of the list; one statement. */
  void insert(Connection connection, List<Message> messages) throws SQLException;

  List<String> destinations(Connection connection) throws SQLException;

  List<Row> read(Connection connection, List<Range> ranges, int maxInline) throws SQLException;

  List<Row> load(Connection connection, List<RowId> rows) throws SQLException;

  /** Lets the transaction commit without waiting for the disk, where the database can. */
  void commitLazily(Connection connection) throws SQLException;

  /** Deletes rows, which come sorted. */
  void delete(Connection connection, List<RowId> rows) throws SQLException;

  Optional<Set<String>> openWriters(Connection connection) throws SQLException;

  /** Moves rows, which come sorted. */
  void park(Connection connection, List<Parking> rows) throws SQLException;

  Set<BlockedKey> blockedKeys(Connection connection) throws SQLException;

  /**
   * The dialect of the database behind {@code connection}.
   *
   * @throws MailroomException if it is none that Mailroom knows
   */
  static Dialect of(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName();
    if (PostgreSql.PRODUCT.equals(product)) {
      return PostgreSql.INSTANCE;
    }
    throw new MailroomException(
        "The database is '"
            + product
            + "', which Mailroom does not know; it knows "
            + PostgreSql.PRODUCT
            + ". Pass a connection to one of those.");
  }
}
