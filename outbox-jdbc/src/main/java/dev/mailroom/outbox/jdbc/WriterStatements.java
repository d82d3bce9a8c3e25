package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.Message;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What a {@link JdbcOutbox} says to its database. */
interface WriterStatements {

  /** Inserts messages so that seq follows the order of the list; one statement. */
  void insert(Connection connection, List<Message> messages) throws SQLException;

  /** Inserts messages that have a time; one statement. */
  void schedule(Connection connection, List<Message> messages) throws SQLException;

  /** Waits until no other open transaction has locked a key of these messages, and locks them. */
  void lockKeys(Connection connection, List<Message> messages) throws SQLException;
}
