package dev.mailroom.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real PostgreSQL server of its own, started from Maven artifacts: no Docker, no installation, as
 * root or as an ordinary user. It listens on 127.0.0.1 and a free port, trusts every connection,
 * and keeps its data in a temporary directory that {@link #close()} (or the end of the JVM)
 * deletes. A JVM that is killed cannot do so and leaves the server running.
 *
 * <p>It is as durable as a server in production: {@code fsync} and {@code synchronous_commit} are
 * on, so that speed, {@link #crash()} and {@link #startAgain()} mean something.
 *
 * <p>Thread-safe.
 */
public final class PostgresServer implements LocalServer {

  /** The superuser that {@link #jdbcUrl} and {@link #dataSource} log in as; it has no password. */
  public static final String USER = "postgres";

  static final int MAX_CONNECTIONS = 200;

  private static final String LOOPBACK = "127.0.0.1";

  private final Path data;
  private final int port;
  private final Thread closeAtExit = new Thread(this::shutDown, "mailroom-postgres-close");
  // Both guarded by this.
  private EmbeddedPostgres server;
  private boolean running = true;

  private PostgresServer(Path data) throws IOException {
    this.data = data;
    this.server = launch(data, EmbeddedPostgres.builder());
    this.port = server.getPort();
  }

  /**
   * Starts a server with an empty database {@code postgres}; returns when it takes connections,
   * after a few seconds.
   *
   * @throws IllegalStateException if it does not start
   */
  public static PostgresServer start() {
    Path data = TemporaryDirectory.create("mailroom-postgres-");
    try {
      PostgresServer started = new PostgresServer(data);
      Runtime.getRuntime().addShutdownHook(started.closeAtExit);
      return started;
    } catch (IOException | RuntimeException e) {
      TemporaryDirectory.delete(data);
      throw new IllegalStateException("The embedded PostgreSQL did not start", e);
    }
  }

  private static EmbeddedPostgres launch(Path data, EmbeddedPostgres.Builder builder)
      throws IOException {
    return builder
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setRegisterShutdownHook(false)
        .setServerConfig("listen_addresses", LOOPBACK)
        .setServerConfig("unix_socket_directories", "")
        .setServerConfig("max_connections", Integer.toString(MAX_CONNECTIONS))
        // The launcher passes -F and trades durability for speed, unless told otherwise.
        .setServerConfig("fsync", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("full_page_writes", "on")
        .start();
  }

  @Override
  public String createDatabase(String name) {
    NewDatabase.create(dataSource("postgres"), name, '"');
    return jdbcUrl(name);
  }

  @Override
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://" + LOOPBACK + ":" + port + "/" + database + "?user=" + USER;
  }

  @Override
  public DataSource dataSource(String database) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(jdbcUrl(database));
    return dataSource;
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
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("The embedded PostgreSQL did not stop", e);
    }
  }

  @Override
  public synchronized void crash() {
    ProcessHandle postmaster = ProcessHandle.of(postmasterPid()).orElseThrow();
    // The postmaster first, so that it cannot replace a child or say good-bye.
    List<ProcessHandle> all =
        Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    // Each one: a backend that outlives the postmaster could still write.
    for (ProcessHandle each : all) {
      each.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
    running = false;
  }

  @Override
  public synchronized void startAgain() {
    if (running) {
      throw new IllegalStateException("PostgreSQL is running on port " + port + "; stop it first");
    }
    try {
      // After a crash the old launcher still holds its lock on this file.
      Files.deleteIfExists(data.resolve("epg-lock"));
      server = launch(data, EmbeddedPostgres.builder().setPort(port));
      running = true;
    } catch (IOException e) {
      throw new UncheckedIOException("The embedded PostgreSQL did not start again", e);
    }
  }

  private long postmasterPid() {
    try {
      return Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim());
    } catch (IOException e) {
      throw new UncheckedIOException("The embedded PostgreSQL is not running", e);
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
    TemporaryDirectory.delete(data);
  }
}
