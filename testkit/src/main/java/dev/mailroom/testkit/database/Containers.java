package dev.mailroom.testkit.database;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.JdbcDatabaseContainer;
import org.testcontainers.mariadb.MariaDBContainer;
import org.testcontainers.mysql.MySQLContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** Servers in containers, by Testcontainers if that is on the class path. */
final class Containers {

  private static final String PASSWORD = "mailroom";

  private Containers() {}

  static boolean engineAnswers() {
    try {
      return mayBeThere() && DockerClientFactory.instance().isDockerAvailable();
    } catch (NoClassDefFoundError withoutTestcontainers) {
      return false;
    }
  }

  /** Testcontainers tells at length that it found nothing: it is not asked where nothing can be. */
  private static boolean mayBeThere() {
    Path home = Path.of(System.getProperty("user.home"));
    Stream<Path> signs =
        Stream.of(
            Path.of("/var/run/docker.sock"),
            home.resolve(".docker/run/docker.sock"),
            home.resolve(".docker/desktop/docker.sock"),
            home.resolve(".testcontainers.properties"));
    Stream<Path> rootless =
        Optional.ofNullable(System.getenv("XDG_RUNTIME_DIR"))
            .map(directory -> Path.of(directory, "docker.sock"))
            .stream();
    return System.getenv("DOCKER_HOST") != null
        || System.getProperty("os.name").startsWith("Windows")
        || Stream.concat(signs, rootless).anyMatch(Files::exists);
  }

  /**
   * @throws IllegalStateException if there is no engine, no image, or the server does not start
   */
  static DatabaseServer start(DatabaseKind kind) {
    String image = Setting.image(kind);
    try {
      JdbcDatabaseContainer<?> container = container(kind, image);
      container.withUsername(user(kind)).withPassword(PASSWORD);
      container.start();
      return server(kind, container);
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "Containers of " + kind + " need org.testcontainers:testcontainers-" + kind.settingName(),
          e);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "No container of " + image + " (" + Setting.imageOf(kind) + "): " + e.getMessage(), e);
    }
  }

  private static DatabaseServer server(DatabaseKind kind, JdbcDatabaseContainer<?> container) {
    try {
      JdbcUrl url =
          JdbcUrl.parse(container.getJdbcUrl(), kind)
              .with("user", user(kind))
              .with("password", PASSWORD);
      return new DatabaseServer(kind, Namespace.of(kind, url), container::stop);
    } catch (RuntimeException e) {
      container.stop();
      throw e;
    }
  }

  private static JdbcDatabaseContainer<?> container(DatabaseKind kind, String image) {
    DockerImageName name = DockerImageName.parse(image);
    return switch (kind) {
      // As durable as in production: the container's own command switches fsync off.
      case POSTGRESQL ->
          new PostgreSQLContainer(name.asCompatibleSubstituteFor("postgres"))
              .withCommand("postgres", "-c", "max_connections=200");
      case MARIADB ->
          new MariaDBContainer(name.asCompatibleSubstituteFor("mariadb"))
              .withCommand("--character-set-server=utf8mb4", "--max-connections=200");
      case MYSQL ->
          new MySQLContainer(name.asCompatibleSubstituteFor("mysql"))
              .withCommand("--character-set-server=utf8mb4", "--max-connections=200");
      case H2 -> throw new IllegalArgumentException("H2 runs in the JVM, not in a container");
    };
  }

  private static String user(DatabaseKind kind) {
    return kind == DatabaseKind.POSTGRESQL ? "postgres" : "root";
  }
}
