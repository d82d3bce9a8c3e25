package dev.mailroom.testkit;

import static java.util.Objects.requireNonNull;

import com.mysql.cj.jdbc.MysqlDataSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A real MySQL server of its own. No Maven artifact has one, so the machine's owner names the
 * program {@code mysqld}: by the system property {@code mailroom.mysql.program}, or {@code
 * MAILROOM_MYSQL_PROGRAM} in the environment. It needs {@code com.mysql:mysql-connector-j} on the
 * class path. It listens on 127.0.0.1 and a free port, and keeps its data in a temporary directory
 * that {@link #close()} (or the end of the JVM) deletes. A JVM that is killed cannot do so and
 * leaves the server running.
 *
 * <p>Its settings are the server's own defaults, the binary log included: every commit is on the
 * disk before it is acknowledged.
 *
 * <p>Thread-safe.
 */
public final class MySqlServer implements LocalServer {

  /** The superuser that {@link #jdbcUrl} and {@link #dataSource} log in as; it has no password. */
  public static final String USER = "root";

  private static final String PROGRAM = "mailroom.mysql.program";
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int LAST_WORDS = 2_000;

  private static final String LOGINS =
      """
      CREATE USER IF NOT EXISTS 'root'@'%';
      GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;
      """;

  private final String program;
  private final Path directory;
  private final List<String> options;
  private final Thread closeAtExit = new Thread(this::shutDown, "mailroom-mysql-close");
  private int port;
  // Guarded by this; null while none runs.
  private @Nullable Process process;

  private MySqlServer(String program, Path directory, String... options) {
    this.program = program;
    this.directory = directory;
    this.options = List.of(options);
  }

  /** Whether the machine's owner has named a program to start. */
  public static boolean isInstalled() {
    return program().isPresent();
  }

  private static Optional<String> program() {
    return Optional.ofNullable(System.getProperty(PROGRAM))
        .or(() -> Optional.ofNullable(System.getenv("MAILROOM_MYSQL_PROGRAM")))
        .filter(name -> !name.isBlank());
  }

  /**
   * Starts a server without a database; returns when it takes connections, after some seconds.
   *
   * @param options more of the server's, such as {@code --max-allowed-packet=1M}; they win over the
   *     ones of this class
   * @throws IllegalStateException if no program is named, or it does not start
   */
  public static MySqlServer start(String... options) {
    String program =
        program()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "A MySQL needs "
                            + PROGRAM
                            + " (or MAILROOM_MYSQL_PROGRAM): the path of mysqld"));
    Path directory = TemporaryDirectory.create("mailroom-mysql-");
    MySqlServer server = new MySqlServer(program, directory, options);
    try {
      Runtime.getRuntime().addShutdownHook(server.closeAtExit);
      server.initialize();
      server.port = freePort();
      server.launch();
      return server;
    } catch (IOException | RuntimeException e) {
      server.crash();
      server.close();
      throw new IllegalStateException(program + " did not start", e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private synchronized void initialize() throws IOException {
    run("--initialize-insecure");
    if (!ends(requireNonNull(process)) || process.exitValue() != 0) {
      throw failed("It made no data");
    }
  }

  private synchronized void launch() throws IOException {
    Path logins = Files.writeString(directory.resolve("logins.sql"), LOGINS);
    List<String> words =
        new ArrayList<>(
            List.of(
                "--socket=" + directory.resolve("socket"),
                "--pid-file=" + directory.resolve("pid"),
                "--init-file=" + logins,
                "--secure-file-priv=NULL",
                "--bind-address=" + LOOPBACK,
                "--port=" + port,
                "--mysqlx=OFF",
                "--skip-name-resolve",
                "--max-connections=" + PostgresServer.MAX_CONNECTIONS));
    words.addAll(options);
    run(words.toArray(String[]::new));
    long end = System.nanoTime() + PATIENCE.toNanos();
    do {
      pause();
      if (!requireNonNull(process).isAlive() || System.nanoTime() > end) {
        throw failed("It does not answer");
      }
    } while (!answers());
  }

  private synchronized void run(String... words) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(program, "--no-defaults", "--datadir=" + directory.resolve("data")));
    if (System.getProperty("user.name").equals("root")) {
      command.add("--user=root");
    }
    command.addAll(List.of(words));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
  }

  private boolean answers() {
    try (Connection connection = dataSource("").getConnection()) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static boolean ends(Process one) {
    try {
      return one.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Path log() {
    return directory.resolve("log");
  }

  private IllegalStateException failed(String what) throws IOException {
    String log = Files.readString(log());
    return new IllegalStateException(
        what + "; its last words:\n" + log.substring(Math.max(0, log.length() - LAST_WORDS)));
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
    return "jdbc:mysql://"
        + LOOPBACK
        + ":"
        + port
        + "/"
        + database
        + "?user="
        + USER
        + "&sslMode=DISABLED";
  }

  @Override
  public DataSource dataSource(String database) {
    MysqlDataSource dataSource = new MysqlDataSource();
    dataSource.setUrl(jdbcUrl(database));
    return dataSource;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public synchronized void stop() {
    if (process == null) {
      return;
    }
    process.destroy();
    if (!ends(process)) {
      crash();
      throw new IllegalStateException("MySQL did not stop within " + PATIENCE);
    }
    process = null;
  }

  @Override
  public synchronized void crash() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
      process = null;
    }
  }

  @Override
  public synchronized void startAgain() {
    if (process != null) {
      throw new IllegalStateException("MySQL is running on port " + port + "; stop it first");
    }
    try {
      launch();
    } catch (IOException | RuntimeException e) {
      crash();
      throw new IllegalStateException("MySQL did not start again", e);
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
    try {
      stop();
    } finally {
      crash();
      TemporaryDirectory.delete(directory);
    }
  }
}
