package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.Message;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What a {@link JdbcOutbox} says to its database. */
interface WriterStatements {

  /**
   * Inserts messages so that seq follows the order of the lists: all of them, or none if the server
   * would refuse one for its size. One statement for each list, in most cases.
   *
   * @param scheduled those that have a time
   * @throws dev.mailroom.outbox.MailroomException.InvalidMessage if one is too large
   */
  void write(Connection connection, List<Message> now, List<Message> scheduled) throws SQLException;

  /** Waits until no other open transaction has locked a key of these messages, and locks them. */
  void lockKeys(Connection connection, List<Message> messages) throws SQLException;
}
