package dev.mailroom.inbox;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What of a connection's work stays or goes as one: a transaction, or the part of one behind a
 * savepoint.
 */
interface Scope extends AutoCloseable {

  Connection connection();

  /** Keeps what was done. */
  void complete() throws SQLException;

  /** Undoes what was done, unless it was completed. It only logs what fails. */
  @Override
  void close();
}
