package dev.mailroom.inbox;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The table of one consumer's messages, in whatever database it is met. Thread-safe. */
final class InboxTable {

  private final String consumer;
  private final Duration lockTimeout;
  private final TableNames names;
  private final Map<Database, InboxDialect> dialects = new ConcurrentHashMap<>();
  private final Map<Database, DeadLetterTable> deadLetters = new ConcurrentHashMap<>();

  InboxTable(String consumer, Duration lockTimeout, TableNames names) {
    this.consumer = consumer;
    this.lockTimeout = lockTimeout;
    this.names = names;
  }

  String consumer() {
    return consumer;
  }

  /**
   * The dialect of the database behind {@code connection}.
   *
   * @throws MailroomException if it is none that Mailroom knows
   */
  InboxDialect dialect(Connection connection) throws SQLException {
    return dialects.computeIfAbsent(Database.of(connection), this::dialect);
  }

  /** As {@link #dialect}, for messages that were given up on. */
  DeadLetterTable deadLetters(Connection connection) throws SQLException {
    return deadLetters.computeIfAbsent(
        Database.of(connection),
        database ->
            new DeadLetterTable(
                database, dialects.computeIfAbsent(database, this::dialect), consumer, names));
  }

  /** A statement that names the tables by their own names, for the database that is there. */
  String in(Connection connection, String sql) throws SQLException {
    return names.in(sql, Database.of(connection));
  }

  private InboxDialect dialect(Database database) {
    return switch (database) {
      case POSTGRESQL -> new PostgreSqlInbox(consumer, lockTimeout, names);
      case MARIADB -> new MariaDbInbox(consumer, lockTimeout, names);
      case MYSQL -> new MySqlInbox(consumer, lockTimeout, names);
      case H2 -> new H2Inbox(consumer, lockTimeout, names);
    };
  }
}
