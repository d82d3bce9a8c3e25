package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * Makes the outbox's tables, or brings them up to date. Whoever migrates owns them; all others need
 * {@code USAGE} of the schema and these privileges, and none on sequences:
 *
 * <ul>
 *   <li>writers: {@code INSERT} on {@code outbox_message} and, for scheduled messages, on {@code
 *       outbox_parked};
 *   <li>relays: {@code SELECT, DELETE} on {@code outbox_message}; {@code SELECT, INSERT, UPDATE,
 *       DELETE} on {@code outbox_parked} and {@code outbox_relay}; {@code SELECT, UPDATE} on {@code
 *       outbox_partition}; {@code SELECT, INSERT} on {@code outbox_destination};
 *   <li>operators: {@code SELECT, UPDATE} on {@code outbox_parked}; {@code SELECT, INSERT, UPDATE}
 *       on {@code outbox_destination} and {@code outbox_operation}.
 * </ul>
 */
public final class OutboxSchema {

  /** Its own history, so that it lives beside the application's migrations. */
  static final String HISTORY = "mailroom_schema_history";

  private OutboxSchema() {}

  /**
   * Brings the outbox's tables in the default schema of {@code dataSource} up to date; several
   * processes may do so at once. The user of the connections needs to own the tables.
   *
   * @throws MailroomException if the database is unknown or refuses a change
   */
  public static void migrate(DataSource dataSource) {
    migrate(dataSource, TableNames.DEFAULT);
  }

  /** As {@link #migrate(DataSource)}, for tables with names of their own. */
  public static void migrate(DataSource dataSource, TableNames names) {
    try {
      Flyway.configure(OutboxSchema.class.getClassLoader())
          .dataSource(dataSource)
          .table(HISTORY)
          .locations("classpath:dev/mailroom/outbox/jdbc/" + database(dataSource).lowerCase())
          .baselineOnMigrate(true)
          .baselineVersion("0")
          .load()
          .migrate();
    } catch (SQLException | RuntimeException e) {
      throw new MailroomException("The outbox's tables could not be made: " + e.getMessage(), e);
    }
  }

  private static Database database(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return Database.of(connection);
    }
  }
}
