package dev.mailroom.inbox;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.Schema;
import dev.mailroom.outbox.jdbc.TableNames;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Makes the inbox's tables, or brings them up to date. The steps taken are recorded in {@code
 * mailroom_inbox_schema_history}, apart from the application's own migrations and from the
 * outbox's, so all can share a schema. Whoever migrates owns the tables; what a consumer needs is
 * what {@link #printGrants} shows.
 */
public final class InboxSchema {

  static final List<String> VERSIONS = List.of("V1__inbox", "V2__dead_letters");

  private static final Schema SCHEMA = upTo(VERSIONS.size());

  private InboxSchema() {}

  /** The tables as they were at a version: 1 to the newest. */
  static Schema upTo(int version) {
    return new Schema(
        "inbox", InboxSchema.class, "mailroom_inbox_schema_history", VERSIONS.subList(0, version));
  }

  /**
   * Brings the inbox's tables in the default schema of {@code dataSource} up to date. It does
   * nothing if no step is missing, and several processes can call it at once. Tables that were made
   * by hand as {@link #print} shows them are recognised and taken over.
   *
   * @throws MailroomException if the database is unknown or refuses a change
   */
  public static void migrate(DataSource dataSource) {
    migrate(dataSource, TableNames.DEFAULT);
  }

  /**
   * As {@link #migrate(DataSource)}, for tables with names of their own. A schema that is missing
   * is made, for which the user needs the right to make one.
   */
  public static void migrate(DataSource dataSource, TableNames names) {
    SCHEMA.migrate(dataSource, names);
  }

  /**
   * Compares the inbox's tables in the default schema of {@code dataSource} with those that this
   * version of Mailroom works with. It changes nothing.
   *
   * @throws MailroomException that tells the first difference and what to do about it, or that the
   *     tables are of an older or newer version
   */
  public static void validate(DataSource dataSource) {
    validate(dataSource, TableNames.DEFAULT);
  }

  /** As {@link #validate(DataSource)}, for tables with names of their own. */
  public static void validate(DataSource dataSource, TableNames names) {
    SCHEMA.validate(dataSource, names);
  }

  /**
   * The DDL of the inbox for those who migrate by other means, to be run once as it is. The schema
   * of {@code names}, if there is one, must exist. Each version stands under a line that names it,
   * so that later ones can be taken alone.
   */
  public static String print(Database database, TableNames names) {
    return SCHEMA.print(database, names);
  }

  /**
   * The statements that grant a role what a consumer and its cleaning need.
   *
   * @param consumer the role: a letter or underscore and then letters, digits and underscores, at
   *     most 63, in exactly this case
   * @throws IllegalArgumentException if the role's name is not as described
   */
  public static String printGrants(Database database, TableNames names, String consumer) {
    return SCHEMA.printGrants(database, names, Map.of("consumer", consumer));
  }
}
