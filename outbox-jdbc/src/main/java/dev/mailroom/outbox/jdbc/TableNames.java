package dev.mailroom.outbox.jdbc;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where Mailroom's tables are, when not under their own names in the default schema of the
 * connections. The same for the schema's migration and for all that use the tables.
 *
 * @param schema the schema they are in (on MariaDB and MySQL: the database): a letter or underscore
 *     and then letters, digits and underscores, at most 63, in exactly this case; or the default
 *     schema of the connections
 * @param prefix what stands before each table's name: empty, or a letter and then letters, digits
 *     and underscores, at most 20; databases that fold the case of names fold it
 */
public record TableNames(Optional<String> schema, String prefix) {

  private static final Pattern SCHEMA = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");
  private static final Pattern PREFIX = Pattern.compile("([A-Za-z][A-Za-z0-9_]{0,19})?");
  private static final Pattern TABLE =
      Pattern.compile(
          "\\b(outbox_(?:message|parked|partition|relay|destination|operation|lock)"
              + "|inbox_(?:message|dead_letter))\\b");

  /** The tables' own names, in the default schema of the connections. */
  public static final TableNames DEFAULT = new TableNames(Optional.empty(), "");

  /**
   * Checks both.
   *
   * @throws IllegalArgumentException if one is not as described above
   */
  public TableNames {
    schema.ifPresent(name -> require("schema", SCHEMA, name));
    require("prefix", PREFIX, prefix);
  }

  /** The same tables in {@code schema}. */
  public TableNames inSchema(String schema) {
    return new TableNames(Optional.of(schema), prefix);
  }

  /** The same tables with {@code prefix} before their names. */
  public TableNames withPrefix(String prefix) {
    return new TableNames(schema, prefix);
  }

  /** A text in SQL that names Mailroom's tables by their own names, with these names instead. */
  public String in(String sql, Database database) {
    if (equals(DEFAULT)) {
      return sql;
    }
    String before = schema.map(name -> database.quoted(name) + ".").orElse("") + prefix;
    return TABLE.matcher(sql).replaceAll(before + "$1");
  }

  /** As a schema is named. */
  static void requireIdentifier(String what, String name) {
    require(what, SCHEMA, name);
  }

  private static void require(String what, Pattern pattern, String name) {
    if (!pattern.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "The " + what + " must match " + pattern + ": \"" + name + "\"");
    }
  }
}
