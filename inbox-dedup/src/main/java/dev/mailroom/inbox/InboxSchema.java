package dev.mailroom.inbox;

import dev.mailroom.outbox.MailroomException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Makes the inbox's table and brings it up to date. The steps taken are recorded in {@code
 * mailroom_inbox_schema_history}, apart from the application's own migrations and from the
 * outbox's, so all can share a schema.
 */
public final class InboxSchema {

  private static final String HISTORY = "mailroom_inbox_schema_history";
  private static final String MIGRATIONS = "classpath:dev/mailroom/inbox/postgresql";

  private InboxSchema() {}

  /**
   * Applies the steps that are missing, in the schema that comes first in the {@code search_path}
   * of the connections. It does nothing if none is missing, and several processes can call it at
   * once. The user of the data source needs to own the schema or to have CREATE in it; an inbox
   * itself needs only SELECT and INSERT on {@code inbox_message}, and DELETE to clean it.
   *
   * @throws MailroomException if a step failed; it names the step and the database's reason
   */
  public static void migrate(DataSource dataSource) {
    try {
      Flyway.configure(InboxSchema.class.getClassLoader())
          .dataSource(dataSource)
          .locations(MIGRATIONS)
          .failOnMissingLocations(true)
          .table(HISTORY)
          .baselineOnMigrate(true)
          .baselineVersion("0")
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new MailroomException(
          "the inbox's table could not be made or brought up to date: "
              + e.getMessage()
              + " Nothing of the failed step is left behind; correct its cause and migrate again.",
          e);
    }
  }
}
