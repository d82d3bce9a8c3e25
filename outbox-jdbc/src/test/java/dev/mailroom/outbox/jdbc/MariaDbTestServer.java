package dev.mailroom.outbox.jdbc;

import static java.util.Objects.requireNonNull;

import dev.mailroom.testkit.LocalServer;
import dev.mailroom.testkit.MariaDbServer;
import dev.mailroom.testkit.MySqlServer;
import dev.mailroom.testkit.database.DatabaseKind;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.function.IntSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A MariaDB or MySQL of its own, or the one of the testkit that has a URL; as its root. */
final class MariaDbTestServer extends TestServer {

  /** As in {@code jdbc:mariadb://localhost:3306/?user=root&password=…}; else it is the embedded. */
  static final String MARIADB_URL = "MAILROOM_MARIADB_URL";

  private static final String MYSQL_URL = "MAILROOM_MYSQL_URL";

  private final boolean mysql;
  private final String url;
  private final @Nullable LocalServer server;

  private MariaDbTestServer(boolean mysql, String url, @Nullable LocalServer server) {
    this.mysql = mysql;
    this.url = url;
    this.server = server;
  }

  static MariaDbTestServer mariaDb() {
    if (isNamed(MARIADB_URL)) {
      return new MariaDbTestServer(false, urlOf(DatabaseKind.MARIADB), null);
    }
    return own(false, MariaDbServer.start());
  }

  static MariaDbTestServer mySql() {
    if (isNamed(MYSQL_URL) || !MySqlServer.isInstalled()) {
      return new MariaDbTestServer(true, urlOf(DatabaseKind.MYSQL), null);
    }
    return own(true, MySqlServer.start());
  }

  private static MariaDbTestServer own(boolean mysql, LocalServer server) {
    return new MariaDbTestServer(mysql, server.jdbcUrl(""), server);
  }

  private static String urlOf(DatabaseKind kind) {
    return dev.mailroom.testkit.database.TestDatabase.create(kind).jdbcUrl();
  }

  private String url(String database) {
    int path = url.indexOf('/', url.indexOf("//") + 2) + 1;
    int query = url.indexOf('?');
    return url.substring(0, path) + database + url.substring(query < 0 ? url.length() : query);
  }

  @Override
  TestDatabase empty() {
    String name = newName();
    try (Connection connection = DriverManager.getConnection(url)) {
      TestDatabase.execute(connection, "DROP DATABASE IF EXISTS " + name);
      TestDatabase.execute(connection, "CREATE DATABASE " + name + " CHARACTER SET utf8mb4");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return new TestDatabase(this, url(name));
  }

  @Override
  DataSource dataSource(String to) {
    return new UrlDataSource(to);
  }

  @Override
  boolean canRestart() {
    return server != null;
  }

  @Override
  void stop() {
    requireNonNull(server).stop();
  }

  @Override
  void startAgain() {
    requireNonNull(server).startAgain();
  }

  @Override
  void createUser(String name) {
    try (Connection connection = DriverManager.getConnection(url)) {
      TestDatabase.execute(connection, "CREATE USER IF NOT EXISTS '" + name + "'@'%'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  String urlAs(String user, TestDatabase database) {
    return database.url.replaceAll("user=\\w+(&password=[^&]*)?", "user=" + user);
  }

  @Override
  AutoCloseable block(TestDatabase database, String table) throws SQLException {
    Connection lock = database.pool().getConnection();
    TestDatabase.execute(lock, "LOCK TABLES " + table + " WRITE");
    return () -> {
      TestDatabase.execute(lock, "UNLOCK TABLES");
      lock.close();
    };
  }

  @Override
  int waiting(TestDatabase database) {
    return database
        .query(
            "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' UNION ALL"
                + " SELECT 2 FROM information_schema.processlist"
                + " WHERE state = 'Waiting for table metadata lock'")
        .size();
  }

  @Override
  IntSupplier inserts(TestDatabase database, Connection connection) {
    return () -> inserts(connection);
  }

  private static int inserts(Connection connection) {
    return Integer.parseInt(
        TestDatabase.row(connection, "SHOW SESSION STATUS LIKE 'Com_insert'")
            .replaceAll("\\D", ""));
  }

  @Override
  String sessionSettings() {
    return "SELECT concat_ws(' ', @@innodb_lock_wait_timeout, @@autocommit, "
        + (mysql
            ? "@@max_execution_time, @@transaction_isolation)"
            : "@@max_statement_time, @@idle_transaction_timeout, @@tx_isolation)");
  }

  @Override
  String newId() {
    return "UUID()";
  }

  /** The driver of MySQL would serialize it. */
  @Override
  Object id(UUID id) {
    return id.toString();
  }

  @Override
  String now() {
    return "UTC_TIMESTAMP(6)";
  }

  @Override
  Object time(Instant time) {
    return LocalDateTime.ofInstant(time, ZoneOffset.UTC);
  }

  @Override
  String literal(Instant time) {
    return "'" + LocalDateTime.ofInstant(time, ZoneOffset.UTC) + "'";
  }

  @Override
  String leavesUtc() {
    return "SET time_zone = '-11:00'";
  }

  @Override
  Instant time(String text) {
    return LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC);
  }

  @Override
  Words words() {
    String lost = "08...?|HY000";
    String lockTimeout = mysql ? "40001" : "HY000"; // the driver of MySQL says so
    return new Words("42S02", mysql ? "HY000" : "23000", "42000", lockTimeout, lost, lost);
  }
}
