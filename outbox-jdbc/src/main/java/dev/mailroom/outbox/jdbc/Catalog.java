package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Asks a database what tables are made of. */
final class Catalog {

  private final String query;

  private Catalog(String query) {
    this.query = query;
  }

  static Catalog of(Database database) {
    return new Catalog(
        switch (database) {
          case POSTGRESQL -> PostgreSqlCatalog.PARTS;
          case MARIADB, MYSQL -> MariaDbCatalog.PARTS;
          case H2 -> H2Catalog.PARTS;
        });
  }

  /**
   * What is there of some tables.
   *
   * @param tables their own names, in lower case
   */
  Layout layout(Connection connection, TableNames names, List<String> tables) throws SQLException {
    String prefix = names.prefix().toLowerCase(Locale.ROOT);
    try (PreparedStatement select = connection.prepareStatement(query)) {
      select.setString(1, names.schema().orElse(null));
      select.setString(
          2, "," + String.join(",", tables.stream().map(prefix::concat).toList()) + ",");
      Map<String, String> parts = new LinkedHashMap<>();
      try (ResultSet results = select.executeQuery()) {
        while (results.next()) {
          String table = own(results.getString("table_name"), prefix);
          String name = results.getString("part");
          String part = results.getString("kind") + " " + table;
          parts.put(
              name == null ? part : part + "." + own(name, prefix),
              results.getString("description").replaceAll("\\s+", " ").trim());
        }
      }
      return new Layout(parts);
    }
  }

  private static String own(String name, String prefix) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.startsWith(prefix) ? lower.substring(prefix.length()) : lower;
  }
}
