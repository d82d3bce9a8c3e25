package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** What Mailroom says to a database. Stateless; the connection's transaction is the caller's. */
interface Dialect {

  /**
   * Bounds the transaction that begins here: how long it waits for a lock, how long a statement
   * lasts, and how long it idles. Each statement sees what was committed before it.
   */
  void bound(Connection connection, Duration lock, Duration statement) throws SQLException;

  /**
   * Takes back what {@link #bound} left in the connection's session, once the transaction has
   * ended.
   */
  default void unbound(Connection connection) throws SQLException {}

  /** What writers say. */
  WriterStatements writer();

  /** What relays say to the table of messages to send. */
  HotStatements hot();

  /** What relays say to the table of parked messages. */
  ParkedStatements parked();

  /** What relays say about who owns what. */
  LeaseStatements leases();
}
