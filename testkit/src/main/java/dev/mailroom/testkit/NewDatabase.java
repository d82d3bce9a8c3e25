package dev.mailroom.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** An empty database on one of the servers here. */
final class NewDatabase {

  private NewDatabase() {}

  /**
   * @param quote what stands around a name there
   */
  static void create(DataSource server, String name, char quote) {
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0,62}")) {
      throw new IllegalArgumentException(
          "Database name must be 1 to 63 letters, digits and underscores, not starting with a"
              + " digit: "
              + name);
    }
    try (Connection connection = server.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + quote + name + quote);
    } catch (SQLException e) {
      throw new IllegalStateException("Could not create database " + name, e);
    }
  }
}
