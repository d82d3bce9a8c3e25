package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Asks a database what tables are made of. */
final class Catalog {

  private final String query;
  private final Set<String> prefixed;

  /**
   * @param prefixed the kinds of parts whose names bear the prefix, as tables do; a column is named
   *     within its table, and so is an index of MariaDB
   */
  private Catalog(String query, Set<String> prefixed) {
    this.query = query;
    this.prefixed = prefixed;
  }

  static Catalog of(Database database) {
    return switch (database) {
      case POSTGRESQL -> new Catalog(PostgreSqlCatalog.PARTS, Set.of("index", "check"));
      case MARIADB, MYSQL -> new Catalog(MariaDbCatalog.PARTS, Set.of("check", "trigger"));
      case H2 -> new Catalog(H2Catalog.PARTS, Set.of("index", "check"));
    };
  }

  /**
   * What is there of some tables.
   *
   * @param tables their own names, in lower case
   */
  Layout layout(Connection connection, TableNames names, List<String> tables) throws SQLException {
    String prefix = names.prefix().toLowerCase(Locale.ROOT);
    Pattern named = Pattern.compile("(?i)\\b" + prefix + "(" + String.join("|", tables) + ")\\b");
    try (PreparedStatement select = connection.prepareStatement(query)) {
      select.setString(1, names.schema().orElse(null));
      select.setString(
          2, "," + String.join(",", tables.stream().map(prefix::concat).toList()) + ",");
      Map<String, String> parts = new LinkedHashMap<>();
      try (ResultSet results = select.executeQuery()) {
        while (results.next()) {
          String description = results.getString("description").replaceAll("\\s+", " ").trim();
          parts.put(part(results, prefix), named.matcher(description).replaceAll("$1"));
        }
      }
      return new Layout(parts);
    }
  }

  private String part(ResultSet results, String prefix) throws SQLException {
    String kind = results.getString("kind");
    String name = results.getString("part");
    String table = kind + " " + own(results.getString("table_name"), prefix);
    return name == null ? table : table + "." + own(name, prefixed.contains(kind) ? prefix : "");
  }

  private static String own(String name, String prefix) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.startsWith(prefix) ? lower.substring(prefix.length()) : lower;
  }
}
