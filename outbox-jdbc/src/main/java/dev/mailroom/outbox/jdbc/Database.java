package dev.mailroom.outbox.jdbc;

import static java.util.stream.Collectors.joining;

import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;

/** The databases that Mailroom knows. */
public enum Database {
  /** PostgreSQL 14 and later. */
  POSTGRESQL("PostgreSQL", '"'),
  /** MariaDB 10.6 and later. */
  MARIADB("MariaDB", '`'),
  /** MySQL 8.0 and later. */
  MYSQL("MySQL", '`'),
  /** H2 2.x: for tests and toys. */
  H2("H2", '"');

  private final String product;
  private final char quote;

  Database(String product, char quote) {
    this.product = product;
    this.quote = quote;
  }

  /** The name of its folders and in commands: {@code postgresql}, {@code mariadb} … */
  public String lowerCase() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Where its DDL is. */
  String folder() {
    return this == MYSQL ? MARIADB.lowerCase() : lowerCase();
  }

  /** What stands for {@code ${…}} in its DDL. */
  Map<String, String> placeholders(TableNames names) {
    return switch (this) {
      case POSTGRESQL, H2 -> Map.of("prefix", names.prefix());
      case MARIADB -> Map.of("prefix", names.prefix(), "bytewise", "utf8mb4_nopad_bin");
      case MYSQL -> Map.of("prefix", names.prefix(), "bytewise", "utf8mb4_0900_bin");
    };
  }

  /** What makes a schema the one that DDL works in. */
  String use(String schema) {
    return switch (this) {
      case POSTGRESQL -> "SET search_path TO " + quoted(schema) + ";\n";
      case MARIADB, MYSQL -> "USE " + quoted(schema) + ";\n";
      case H2 -> "SET SCHEMA " + quoted(schema) + ";\n";
    };
  }

  /** What ends it. */
  String useNoMore() {
    return this == POSTGRESQL ? "RESET search_path;\n" : "";
  }

  /** What lets roles into a schema. */
  String letIn(String schema, Collection<String> roles) {
    String all = roles.stream().distinct().sorted().map(this::quoted).collect(joining(", "));
    return this == POSTGRESQL
        ? "GRANT USAGE ON SCHEMA " + quoted(schema) + " TO " + all + ";\n"
        : "";
  }

  String quoted(String identifier) {
    return quote + identifier + quote;
  }

  /**
   * The database behind {@code connection}, by what its driver says of it.
   *
   * @throws MailroomException if it is none that Mailroom knows
   */
  public static Database of(Connection connection) throws SQLException {
    DatabaseMetaData about = connection.getMetaData();
    String found = about.getDatabaseProductName();
    if (MYSQL.product.equals(found) && about.getDatabaseProductVersion().contains("MariaDB")) {
      return MARIADB; // behind the driver of MySQL
    }
    return Arrays.stream(values())
        .filter(database -> database.product.equals(found))
        .findFirst()
        .orElseThrow(() -> unknown(found));
  }

  private static MailroomException unknown(String found) {
    String known = Arrays.stream(values()).map(database -> database.product).collect(joining(", "));
    return new MailroomException(
        "The database is '"
            + found
            + "', which Mailroom does not know; it knows "
            + known
            + ". Pass a connection to one of those.");
  }

  @Override
  public String toString() {
    return product;
  }
}
