package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * The outbox's tables: makes them or brings them up to date, compares them with what this version
 * of Mailroom needs, or prints them. Whoever migrates owns them; all others need what {@link
 * #printGrants} prints, and nothing on sequences or the history.
 *
 * <p>The steps taken are recorded in {@code mailroom_schema_history}, after the same prefix as all
 * tables, apart from the application's own migrations.
 */
public final class OutboxSchema {

  static final Schema SCHEMA =
      new Schema("outbox", OutboxSchema.class, "mailroom_schema_history", List.of("V1__outbox"));

  private OutboxSchema() {}

  /**
   * Brings the outbox's tables in the default schema of {@code dataSource} up to date; several
   * processes may do so at once. The user of the connections needs to own the tables. Tables that
   * were made by hand as {@link #print} shows them are recognised and taken over.
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
   * Compares the outbox's tables in the default schema of {@code dataSource} with those that this
   * version of Mailroom works with: tables, columns with their types, precision, nullability and
   * collation, how they are generated, primary keys, indexes, checks, and the cache of sequences.
   * It changes nothing; the user of the connections needs to read the history, if there is one.
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
   * The DDL of the outbox for those who migrate by other means, to be run once as it is. The schema
   * of {@code names}, if there is one, must exist. Each version stands under a line that names it,
   * so that later ones can be taken alone.
   */
  public static String print(Database database, TableNames names) {
    return SCHEMA.print(database, names);
  }

  /**
   * Who may do what.
   *
   * @param writer the role of those who publish: it can insert messages and not even read them
   * @param relay the role of relays
   * @param operator the role of those who use {@link DeadLetters} and {@link Destinations}
   */
  public record Roles(String writer, String relay, String operator) {}

  /**
   * The statements that grant existing roles the least that they need. Roles may be the same.
   *
   * @param roles each name a letter or underscore and then letters, digits and underscores, at most
   *     63, in exactly this case
   * @throws IllegalArgumentException if a role's name is not as described
   */
  public static String printGrants(Database database, TableNames names, Roles roles) {
    return SCHEMA.printGrants(
        database,
        names,
        Map.of("writer", roles.writer(), "relay", roles.relay(), "operator", roles.operator()));
  }
}
