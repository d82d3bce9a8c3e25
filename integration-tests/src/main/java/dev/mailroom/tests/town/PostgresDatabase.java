package dev.mailroom.tests.town;

import dev.mailroom.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL from Maven artifacts. */
final class PostgresDatabase implements DatabaseServer {

  private static final String NAME = "town";
  private static final Pattern VACUUMED =
      Pattern.compile("tuples: (\\d+) removed, \\d+ remain, (\\d+) are dead");

  private final PostgresServer server = PostgresServer.start();
  private final String url = server.createDatabase(NAME);

  @Override
  public String jdbcUrl() {
    return url;
  }

  @Override
  public void crash() {
    server.crash();
  }

  @Override
  public void stop() {
    server.stop();
  }

  @Override
  public void startAgain() {
    server.startAgain();
  }

  @Override
  public void requireDurability() throws SQLException {
    try (Connection connection = server.dataSource(NAME).getConnection();
        Statement statement = connection.createStatement()) {
      for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
        try (ResultSet shown = statement.executeQuery("SHOW " + setting)) {
          shown.next();
          if (!shown.getString(1).equals("on")) {
            throw new IllegalStateException(
                setting + " is " + shown.getString(1) + "; a crash would prove nothing");
          }
        }
      }
    }
  }

  /** The relay's commits do not wait for the disk; the WAL writer comes within 0.6 s. */
  @Override
  public long mayForgetMillis() {
    return 3_000;
  }

  @Override
  public String cutHalfOfTheConnections() {
    return "SELECT count(nullif(pg_terminate_backend(pid), false)) FROM pg_stat_activity"
        + " WHERE pid <> pg_backend_pid() AND datname = current_database() AND random() < 0.5";
  }

  @Override
  public String transactions() {
    return "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '"
        + NAME
        + "'";
  }

  @Override
  public List<String> auditTables() {
    return List.of(
        """
        CREATE TABLE sent (queue text, message_key text, n int, at_ms bigint,
                           PRIMARY KEY (queue, message_key, n))
        """,
        """
        CREATE TABLE received (no bigserial PRIMARY KEY, queue text, broker_id text,
                               message_key text, n int, at_ms bigint)
        """,
        "CREATE INDEX ON received (queue, message_key, n)");
  }

  @Override
  public String countingKey() {
    return "serial PRIMARY KEY";
  }

  @Override
  public void empty(String table) throws SQLException {
    try (Connection connection = server.dataSource(NAME).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("TRUNCATE TABLE " + table);
    }
  }

  /** By cleaning it: the readings of statistics come late. */
  @Override
  public Remains remains(String table) throws SQLException {
    try (Connection connection = server.dataSource(NAME).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("VACUUM (VERBOSE, TRUNCATE off) " + table);
      StringBuilder report = new StringBuilder();
      for (SQLWarning each = statement.getWarnings(); each != null; each = each.getNextWarning()) {
        report.append(each.getMessage());
      }
      Matcher counts = VACUUMED.matcher(report);
      if (!counts.find()) {
        throw new IllegalStateException("VACUUM did not tell of its tuples: " + report);
      }
      long dead = Long.parseLong(counts.group(1)) + Long.parseLong(counts.group(2));
      return new Remains("dead_rows", dead);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
