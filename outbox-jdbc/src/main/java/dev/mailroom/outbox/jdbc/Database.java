package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

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
    String known =
        Arrays.stream(values()).map(database -> database.product).collect(Collectors.joining(", "));
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
