package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** What Mailroom says to a database. Stateless; the connection's transaction is the caller's. */
interface Dialect {

  /** The name of the folder with its migrations. */
  String folder();

  /**
   * Bounds the transaction that begins here: how long it waits for a lock, how long a statement
   * lasts, and how long it idles. Each statement sees what was committed before it.
   */
  void bound(Connection connection, Duration lock, Duration statement) throws SQLException;

  /** What writers say. */
  WriterStatements writer();

  /** What relays say to the table of messages to send. */
  HotStatements hot();

  /** What relays say to the table of parked messages. */
  ParkedStatements parked();

  /** What relays say about who owns what. */
  LeaseStatements leases();

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
