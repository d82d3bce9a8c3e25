package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.IntSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Assumptions;

/** H2 in memory: each database is one of its own, and gone with the last connection to it. */
final class H2TestServer extends TestServer {

  private final String settings;

  /**
   * @param settings what stands behind the name of a database in its URL
   */
  H2TestServer(String settings) {
    this.settings = settings;
  }

  @Override
  TestDatabase empty() {
    TestDatabase database =
        new TestDatabase(this, "jdbc:h2:mem:" + newName() + settings + ";USER=SA");
    // Not in the URL, in which it would be for administrators only.
    database.execute("SET DB_CLOSE_DELAY -1");
    // Users belong to a database, and H2 turns their names into upper case, in quotes too.
    for (String user : List.of("writer", "relay", "operator")) {
      database.execute("CREATE USER " + user + " PASSWORD ''");
    }
    return database;
  }

  @Override
  DataSource dataSource(String url) {
    return new UrlDataSource(url);
  }

  @Override
  boolean canRestart() {
    return false;
  }

  @Override
  void stop() {
    throw new UnsupportedOperationException();
  }

  @Override
  void startAgain() {
    throw new UnsupportedOperationException();
  }

  @Override
  void createUser(String name) {
    // Every database has them.
  }

  @Override
  String urlAs(String user, TestDatabase database) {
    return database.url.replace("USER=SA", "USER=" + user);
  }

  @Override
  AutoCloseable block(TestDatabase database, String table) {
    return Assumptions.abort("H2 has no lock on a whole table");
  }

  @Override
  int waiting(TestDatabase database) {
    return database
        .query("SELECT 1 FROM INFORMATION_SCHEMA.SESSIONS WHERE blocker_id IS NOT NULL")
        .size();
  }

  @Override
  IntSupplier inserts(TestDatabase database, Connection connection) {
    database.execute("SET QUERY_STATISTICS TRUE");
    return () ->
        TestDatabase.query(
                connection,
                "SELECT execution_count FROM INFORMATION_SCHEMA.QUERY_STATISTICS"
                    + " WHERE sql_statement LIKE 'INSERT INTO outbox_message%'")
            .stream()
            .mapToInt(Integer::parseInt)
            .sum();
  }

  @Override
  String sessionSettings() {
    return "SELECT LOCK_TIMEOUT() || ' ' || (SELECT setting_value FROM INFORMATION_SCHEMA.SETTINGS"
        + " WHERE setting_name = 'QUERY_TIMEOUT') || (SELECT isolation_level"
        + " FROM INFORMATION_SCHEMA.SESSIONS WHERE session_id = SESSION_ID())";
  }

  @Override
  String newId() {
    return "RANDOM_UUID()";
  }

  @Override
  String now() {
    return "CURRENT_TIMESTAMP(6)";
  }

  @Override
  Object time(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  @Override
  String literal(Instant time) {
    return "TIMESTAMP WITH TIME ZONE '" + time + "'";
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
    return new Words("42S02", "23513", "90096", "HYT00", "90098", "90149");
  }
}
