package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxStore.Destination;
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

  /**
   * An answer and the server that gave it.
   *
   * @param server changes when the database is restarted or another server takes over; empty if the
   *     answer does not tell
   */
  record Found<T>(T answer, String server) {}

  /** The name of the folder with its migrations. */
  String folder();

  /** Inserts messages so that seq follows the order of the list; one statement. */
  void insert(Connection connection, List<Message> messages) throws SQLException;

  /** As {@link #insert}, for messages that are to be delivered at a certain time. */
  void schedule(Connection connection, List<Message> messages) throws SQLException;

  /** Waits until no other transaction has these keys, and has them until this one ends. */
  void lockKeys(Connection connection, List<Message> messages) throws SQLException;

  List<Destination> destinations(Connection connection) throws SQLException;

  void remember(Connection connection, List<String> destinations) throws SQLException;

  Found<List<Row>> read(Connection connection, List<Range> ranges, int maxInline)
      throws SQLException;

  List<Row> load(Connection connection, List<RowId> rows) throws SQLException;

  /** Lets the transaction commit without waiting for the disk, where the database can. */
  void commitLazily(Connection connection) throws SQLException;

  /** Deletes rows, which come sorted. */
  void delete(Connection connection, List<RowId> rows) throws SQLException;

  Found<Optional<Set<String>>> openWriters(Connection connection) throws SQLException;

  /** What it says about parked rows. */
  ParkedRows parked();

  /** What it says about leases. */
  LeaseRows leases();

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
