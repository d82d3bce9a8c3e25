package dev.mailroom.outbox.jdbc;

import static java.util.stream.Collectors.joining;

import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The databases that Mailroom knows. */
public enum Database {
  /** PostgreSQL 14 and later. */
  POSTGRESQL("PostgreSQL", '"', List.of(14)),
  /** MariaDB 10.6 and later. */
  MARIADB("MariaDB", '`', List.of(10, 6)),
  /** MySQL 8.0.29 and later. */
  MYSQL("MySQL", '`', List.of(8, 0, 29)),
  /** H2 2.x: for tests and toys. */
  H2("H2", '"', List.of(2));

  private static final Pattern VERSION = Pattern.compile("(?:5\\.5\\.5-)?(\\d+(?:\\.\\d+){0,2})");

  private final String product;
  private final char quote;
  private final List<Integer> oldest;

  Database(String product, char quote, List<Integer> oldest) {
    this.product = product;
    this.quote = quote;
    this.oldest = oldest;
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
   * @throws MailroomException if it is none that Mailroom knows, or an older version
   */
  public static Database of(Connection connection) throws SQLException {
    DatabaseMetaData about = connection.getMetaData();
    return of(about.getDatabaseProductName(), about.getDatabaseProductVersion());
  }

  static Database of(String product, String version) {
    // MariaDB may stand behind the driver of MySQL.
    String found =
        product.equals(MYSQL.product) && version.contains(MARIADB.product)
            ? MARIADB.product
            : product;
    Database database =
        Arrays.stream(values())
            .filter(each -> each.product.equals(found))
            .findFirst()
            .orElseThrow(() -> unknown(found));
    database.requireVersion(version);
    return database;
  }

  /** Before its version a MariaDB may say 5.5.5-, which old replicas want. */
  private void requireVersion(String version) {
    Matcher numbers = VERSION.matcher(version);
    if (numbers.lookingAt()) {
      List<Integer> found =
          Arrays.stream(numbers.group(1).split("\\.", -1)).map(Integer::valueOf).toList();
      for (int i = 0; i < oldest.size(); i++) {
        int part = i < found.size() ? found.get(i) : 0;
        if (part > oldest.get(i)) {
          return;
        }
        if (part < oldest.get(i)) {
          throw tooOld(version);
        }
      }
    }
  }

  private MailroomException tooOld(String version) {
    String needed = oldest.stream().map(String::valueOf).collect(joining("."));
    return new MailroomException(
        ("The database is %s %s, and Mailroom needs %s %s or later. Upgrade the server; or, if a"
                + " proxy in front of it says so, let the proxy tell the server's own version.")
            .formatted(product, version, product, needed));
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
