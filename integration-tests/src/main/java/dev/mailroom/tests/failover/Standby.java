package dev.mailroom.tests.failover;

import dev.mailroom.testkit.PostgresServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/**
 * A PostgreSQL that streams from another one and can take its place. The embedded binaries have no
 * {@code pg_basebackup}, so the base backup is a copy of the files between {@code pg_backup_start}
 * and {@code pg_backup_stop}; a replication slot keeps the WAL for it.
 */
final class Standby implements AutoCloseable {

  /** What the primary knows it by, as in {@code synchronous_standby_names}. */
  static final String NAME = "standby";

  /** Of a data directory, what belongs to a running server and not to its backup. */
  private static final Set<String> NOT_FILES =
      Set.of("postmaster.pid", "postmaster.opts", "epg-lock", "pg_internal.init");

  private static final Set<String> EMPTY =
      Set.of(
          "pg_wal",
          "pg_replslot",
          "pg_dynshmem",
          "pg_notify",
          "pg_serial",
          "pg_snapshots",
          "pg_stat_tmp",
          "pg_subtrans");

  private static final int MAX_CONNECTIONS = 200; // at least those of the primary
  private static final long STREAMS_WITHIN_MILLIS = 30_000;

  private final PostgresServer primary;
  private final EmbeddedPostgres server;
  private final Thread closeAtExit = new Thread(this::shutDown);

  private Standby(PostgresServer primary, Path data) throws IOException {
    this.primary = primary;
    server =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setServerConfig("listen_addresses", "127.0.0.1")
            .setServerConfig("unix_socket_directories", "")
            .setServerConfig("max_connections", Integer.toString(MAX_CONNECTIONS))
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("full_page_writes", "on")
            .start();
    Runtime.getRuntime().addShutdownHook(closeAtExit);
  }

  /** Copies {@code primary} into an empty directory and begins to stream from it. */
  static Standby of(PostgresServer primary, Path data) throws IOException, SQLException {
    backUp(primary, data);
    return new Standby(primary, data);
  }

  /** Returns when it streams. */
  void awaitStream() throws SQLException, InterruptedException {
    awaitState("state", "streaming");
  }

  private static void backUp(PostgresServer primary, Path to) throws IOException, SQLException {
    try (Connection connection = primary.dataSource("postgres").getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_create_physical_replication_slot('" + NAME + "', true)");
      Path from = Path.of(string(statement, "SHOW data_directory"));
      statement.execute("SELECT pg_backup_start('" + NAME + "', fast => true)");
      copy(from, to);
      String label =
          string(statement, "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)");
      Files.writeString(to.resolve("backup_label"), label);
    }
    Files.createFile(to.resolve("standby.signal"));
    Files.writeString(
        to.resolve("postgresql.auto.conf"),
        """
        primary_conninfo = 'host=127.0.0.1 port=%d user=%s application_name=%s'
        primary_slot_name = '%s'
        """
            .formatted(primary.port(), PostgresServer.USER, NAME, NAME),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(directory).toString()));
            boolean skip = EMPTY.contains(directory.getFileName().toString());
            return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!NOT_FILES.contains(file.getFileName().toString())) {
              copyUnlessGone(file, to.resolve(from.relativize(file).toString()));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // the server works on meanwhile
            }
            throw e;
          }
        });
  }

  private static void copyUnlessGone(Path from, Path to) throws IOException {
    try {
      Files.copy(from, to);
    } catch (NoSuchFileException e) {
      // Then the WAL tells that it is to go.
    }
  }

  /** From now on the primary acknowledges a commit only when it is on this one's disk, too. */
  void makeSynchronous() throws SQLException, InterruptedException {
    try (Connection connection = primary.dataSource("postgres").getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM SET synchronous_standby_names = '" + NAME + "'");
      statement.execute("SELECT pg_reload_conf()");
    }
    awaitState("sync_state", "sync");
  }

  private void awaitState(String column, String value) throws SQLException, InterruptedException {
    long end = System.nanoTime() + STREAMS_WITHIN_MILLIS * 1_000_000;
    String query = "SELECT coalesce(max(" + column + "), 'none') FROM pg_stat_replication";
    String state = "none";
    while (System.nanoTime() < end) {
      try (Connection connection = primary.dataSource("postgres").getConnection();
          Statement statement = connection.createStatement()) {
        state = string(statement, query);
      }
      if (state.equals(value)) {
        return;
      }
      Thread.sleep(50);
    }
    throw new IllegalStateException(
        "The standby's " + column + " is '" + state + "' and not '" + value + "'");
  }

  /** Stops the stream in silence: what the primary commits from now on reaches nobody. */
  void fallBehind() throws SQLException, IOException, InterruptedException {
    try (Connection connection = primary.dataSource("postgres").getConnection();
        Statement statement = connection.createStatement()) {
      String sender = string(statement, "SELECT pid FROM pg_stat_replication");
      new ProcessBuilder("kill", "-STOP", sender).start().waitFor();
    }
  }

  /** Makes it the primary; the old one must be dead. */
  void promote() throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres"));
        Statement statement = connection.createStatement()) {
      if (!string(statement, "SELECT pg_promote(wait => true)").equals("t")) {
        throw new IllegalStateException("The standby was not promoted");
      }
    }
  }

  int port() {
    return server.getPort();
  }

  /** To this one alone, whatever its role. */
  String jdbcUrl(String database) {
    return server.getJdbcUrl(PostgresServer.USER, database);
  }

  private static String string(Statement statement, String sql) throws SQLException {
    try (ResultSet results = statement.executeQuery(sql)) {
      results.next();
      return results.getString(1);
    }
  }

  private synchronized void shutDown() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("The standby did not stop", e);
    }
  }

  @Override
  public void close() {
    shutDown();
    Runtime.getRuntime().removeShutdownHook(closeAtExit);
  }
}
