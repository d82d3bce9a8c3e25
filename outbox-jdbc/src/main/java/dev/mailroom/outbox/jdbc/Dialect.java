package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** What Mailroom says to a database. Stateless; the connection's transaction is the caller's. */
abstract class Dialect {

  /** An operator who has locked a row must not hold up the acknowledgement of all others. */
  static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);

  static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(5);

  private final WriterStatements writer;
  private final HotStatements hot;
  private final ParkedStatements parked;
  private final LeaseStatements leases;

  Dialect(
      WriterStatements writer, HotStatements hot, ParkedStatements parked, LeaseStatements leases) {
    this.writer = writer;
    this.hot = hot;
    this.parked = parked;
    this.leases = leases;
  }

  /** What writers say. */
  final WriterStatements writer() {
    return writer;
  }

  /** What relays say to the table of messages to send. */
  final HotStatements hot() {
    return hot;
  }

  /** What relays say to the table of parked messages. */
  final ParkedStatements parked() {
    return parked;
  }

  /** What relays say about who owns what. */
  final LeaseStatements leases() {
    return leases;
  }

  /**
   * Bounds the transaction that begins here: how long it waits for a lock, how long a statement
   * lasts, and how long it idles. Each statement sees what was committed before it.
   */
  abstract void bound(Connection connection, Duration lock, Duration statement) throws SQLException;

  /**
   * Lets the transaction commit without waiting for the disk, where the database can, and fail
   * rather than wait for others for long.
   */
  void commitLazily(Connection connection) throws SQLException {
    bound(connection, LOCK_TIMEOUT, STATEMENT_TIMEOUT);
  }

  /**
   * Takes back what {@link #bound} left in the connection's session, once the transaction has
   * ended.
   */
  void unbound(Connection connection) throws SQLException {}
}
