package dev.mailroom.testkit.database;

import dev.mailroom.testkit.MySqlServer;
import dev.mailroom.testkit.database.Setting.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server of a kind for all tests of this JVM: found when first asked for, closed at its end.
 */
final class SharedServers {

  private static final Logger log = LoggerFactory.getLogger(SharedServers.class);

  private static final Map<DatabaseKind, DatabaseServer> RUNNING = new ConcurrentHashMap<>();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(SharedServers::closeAll, "mailroom-databases-close"));
  }

  private SharedServers() {}

  /**
   * @throws NoDatabaseException if this machine has none of the kind
   * @throws IllegalStateException if there should be one that does not start or answer
   */
  static DatabaseServer of(DatabaseKind kind) {
    return RUNNING.computeIfAbsent(kind, SharedServers::find);
  }

  static DatabaseServer find(DatabaseKind kind) {
    Source source = Setting.source();
    Optional<String> url = Setting.of(kind, "url").value();
    if (kind == DatabaseKind.H2 || source == Source.EMBEDDED) {
      return taken(Embedded.start(kind), kind == DatabaseKind.H2 ? "in memory" : "embedded");
    }
    if (source == Source.CONTAINERS) {
      return contained(kind);
    }
    if (url.isPresent()) {
      return given(kind, url.get());
    }
    return kind == DatabaseKind.MYSQL && MySqlServer.isInstalled()
        ? taken(Embedded.start(kind), "by " + Setting.of(kind, "program").property())
        : containedOrEmbedded(kind);
  }

  private static DatabaseServer given(DatabaseKind kind, String url) {
    Setting setting = Setting.of(kind, "url");
    JdbcUrl server =
        JdbcUrl.parse(url, setting)
            .with("user", Setting.of(kind, "user").value())
            .with("password", Setting.of(kind, "password").value());
    return taken(
        new DatabaseServer(kind, Namespace.of(kind, server), () -> {}), "at " + setting.property());
  }

  private static DatabaseServer contained(DatabaseKind kind) {
    return taken(Containers.start(kind), "in a container of " + Setting.image(kind));
  }

  private static DatabaseServer containedOrEmbedded(DatabaseKind kind) {
    if (testcontainersIsThere() && Containers.engineAnswers()) {
      try {
        return contained(kind);
      } catch (IllegalStateException e) {
        log.warn("{}; trying without", e.getMessage());
      }
    }
    return taken(Embedded.start(kind), "embedded");
  }

  /** Asked before {@link Containers} is touched, which cannot be loaded without it. */
  private static boolean testcontainersIsThere() {
    try {
      ClassLoader loader = SharedServers.class.getClassLoader();
      for (String database : List.of("postgresql.PostgreSQL", "mariadb.MariaDB", "mysql.MySQL")) {
        Class.forName("org.testcontainers." + database + "Container", false, loader);
      }
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  private static DatabaseServer taken(DatabaseServer server, String how) {
    // Not to the log: whoever sees a test fail should know where, however logging is set up.
    System.out.println("Tests use " + server.kind() + " " + server.version() + ", " + how);
    return server;
  }

  private static void closeAll() {
    RUNNING.values().forEach(DatabaseServer::close);
  }
}
