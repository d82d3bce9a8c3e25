package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What Mailroom says to each database about tables of certain names. Thread-safe. */
final class Dialects {

  private final TableNames names;
  private final Map<Database, Dialect> dialects = new ConcurrentHashMap<>();

  Dialects(TableNames names) {
    this.names = names;
  }

  TableNames names() {
    return names;
  }

  /**
   * The dialect of the database behind {@code connection}.
   *
   * @throws dev.mailroom.outbox.MailroomException if it is none that Mailroom knows
   */
  Dialect of(Connection connection) throws SQLException {
    return dialects.computeIfAbsent(Database.of(connection), this::dialect);
  }

  Dialect dialect(Database database) {
    return switch (database) {
      case POSTGRESQL -> new PostgreSql(names);
      case MARIADB, MYSQL -> new MariaDb(names, database);
      case H2 -> new H2(names);
    };
  }
}
