package dev.mailroom.testkit.database;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.Statement;

/** A running server in which databases are made and dropped, by whatever it was come by. */
final class DatabaseServer implements AutoCloseable {

  private final DatabaseKind kind;
  private final Namespace namespace;
  private final Runnable end;
  private final String version;

  /**
   * @param namespace what a new database is there
   * @param end called by {@link #close()}
   * @throws IllegalStateException if it does not answer or is of another kind
   */
  DatabaseServer(DatabaseKind kind, Namespace namespace, Runnable end) {
    this.kind = kind;
    this.namespace = namespace;
    this.end = end;
    try (Connection connection = Drivers.dataSource(kind, namespace.adminUrl()).getConnection()) {
      DatabaseMetaData server = connection.getMetaData();
      this.version = server.getDatabaseProductVersion();
      // MySQL's driver takes MariaDB for MySQL.
      String product = version.contains("MariaDB") ? "MariaDB" : server.getDatabaseProductName();
      if (!product.equalsIgnoreCase(kind.product)) {
        throw new IllegalStateException(
            "Expected " + kind + " at " + namespace + ", found " + product + " " + version);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(kind + " does not answer at " + namespace, e);
    }
  }

  DatabaseKind kind() {
    return kind;
  }

  String version() {
    return version;
  }

  String create(String name) {
    execute(namespace.adminUrl(), namespace.create(name));
    return namespace.url(name);
  }

  void drop(String name) {
    execute(namespace.dropUrl(name), namespace.drop(name));
  }

  private void execute(String url, String sql) {
    try (Connection connection = Drivers.dataSource(kind, url).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(
          "Tests need the right to make and drop databases in "
              + kind
              + " at "
              + namespace
              + "; refused: "
              + sql,
          e);
    }
  }

  @Override
  public void close() {
    end.run();
  }
}
