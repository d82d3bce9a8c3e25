package dev.mailroom.inbox;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What of a connection's work stays or goes as one: a transaction, or the part of one behind a
 * savepoint.
 */
interface Scope {

  Connection connection();

  InboxDialect dialect();

  /**
   * Keeps what was done.
   *
   * @throws HandlerEndedTransaction if the work left nothing that could be kept
   */
  void complete() throws SQLException;
}
