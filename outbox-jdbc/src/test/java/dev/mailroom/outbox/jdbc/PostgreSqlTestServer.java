package dev.mailroom.outbox.jdbc;

import dev.mailroom.testkit.PostgresServer;
import dev.mailroom.testkit.database.DatabaseKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.function.IntSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

final class PostgreSqlTestServer extends TestServer {

  private static final String PASSWORD = "word";

  private final @Nullable PostgresServer server;
  private final String url;

  PostgreSqlTestServer() {
    server = isNamed("MAILROOM_POSTGRESQL_URL") ? null : PostgresServer.start();
    url =
        server == null
            ? dev.mailroom.testkit.database.TestDatabase.create(DatabaseKind.POSTGRESQL).jdbcUrl()
            : server.jdbcUrl("postgres");
  }

  @Override
  TestDatabase empty() {
    String schema = newName();
    TestDatabase database = new TestDatabase(this, url + "&currentSchema=" + schema);
    database.execute("CREATE SCHEMA " + schema);
    return database;
  }

  @Override
  DataSource dataSource(String url) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(url);
    return dataSource;
  }

  @Override
  boolean canRestart() {
    return server != null;
  }

  @Override
  void stop() {
    server.stop();
  }

  @Override
  void startAgain() {
    server.startAgain();
  }

  @Override
  void createUser(String name) {
    try (TestDatabase any = empty()) {
      if (any.query("SELECT 1 FROM pg_roles WHERE rolname = '" + name + "'").isEmpty()) {
        any.execute("CREATE ROLE " + name + " LOGIN PASSWORD '" + PASSWORD + "'");
      }
    }
  }

  @Override
  String urlAs(String user, TestDatabase database) {
    String schema = database.query("SELECT current_schema()").get(0);
    database.execute("GRANT USAGE ON SCHEMA " + schema + " TO " + user);
    return database.url + "&user=" + user + "&password=" + PASSWORD;
  }

  @Override
  AutoCloseable block(TestDatabase database, String table) throws SQLException {
    Connection lock = database.begin();
    TestDatabase.execute(lock, "LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
    return () -> {
      lock.rollback();
      lock.close();
    };
  }

  @Override
  int waiting(TestDatabase database) {
    return database.query("SELECT 1 FROM pg_locks WHERE NOT granted").size();
  }

  @Override
  IntSupplier inserts(TestDatabase database, Connection connection) {
    database.execute("CREATE TABLE statement (at timestamptz)");
    database.execute(
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN INSERT INTO statement VALUES (now()); RETURN NULL; END'");
    database.execute(
        "CREATE TRIGGER note AFTER INSERT ON outbox_message FOR EACH STATEMENT"
            + " EXECUTE FUNCTION note()");
    return () -> TestDatabase.query(connection, "SELECT at FROM statement").size();
  }

  @Override
  String sessionSettings() {
    return "SELECT current_setting('lock_timeout') || current_setting('statement_timeout')"
        + " || current_setting('idle_in_transaction_session_timeout')"
        + " || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')";
  }

  @Override
  String newId() {
    return "gen_random_uuid()";
  }

  @Override
  String now() {
    return "clock_timestamp()";
  }

  @Override
  Object time(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  @Override
  String literal(Instant time) {
    return "timestamptz '" + time + "'";
  }

  @Override
  Instant time(String text) {
    return OffsetDateTime.parse(
            text,
            DateTimeFormatter.ofPattern(
                "yyyy-MM-dd HH:mm:ss[.SSSSSS][.SSSSS][.SSSS][.SSS][.SS][.S]X"))
        .toInstant();
  }

  @Override
  Words words() {
    return new Words("42P01", "23514", "42501", "55P03", "57P01", "08001");
  }
}
