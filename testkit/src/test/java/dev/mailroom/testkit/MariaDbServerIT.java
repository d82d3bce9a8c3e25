package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MariaDbServerIT {

  private static MariaDbServer server;

  @BeforeAll
  static void start() {
    server = MariaDbServer.start("--max-allowed-packet=4M");
  }

  @AfterAll
  static void stop() throws SQLException {
    Path data = Path.of(query("", "SELECT @@datadir"));
    assertThat(data).isDirectory();
    server.close();
    assertThat(Files.exists(data.getParent())).isFalse();
    assertThatThrownBy(() -> server.dataSource("").getConnection())
        .isInstanceOf(SQLException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "innodb_flush_log_at_trx_commit, 1",
    "log_bin, 0",
    "max_connections, 200",
    "bind_address, 127.0.0.1",
    "max_allowed_packet, 4194304",
    "version, 11.4.5",
    "character_set_server, utf8mb4"
  })
  void runsAsItWouldInProductionOrAsAsked(String setting, String value) throws SQLException {
    assertThat(query("", "SELECT @@" + setting)).startsWith(value);
  }

  @Test
  void makesDatabases() throws SQLException {
    String url = server.createDatabase("orders");
    try (Connection connection = DriverManager.getConnection(url)) {
      assertThat(connection.getCatalog()).isEqualTo("orders");
    }
    assertThatThrownBy(() -> server.createDatabase("no`quotes"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no`quotes");
  }

  @Test
  void privilegesCount() throws SQLException {
    String url = server.createDatabase("guarded");
    try (Connection connection = server.dataSource("guarded").getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE secret (id INT)");
      statement.execute("CREATE USER guest IDENTIFIED BY 'word'");
      statement.execute("GRANT INSERT ON guarded.secret TO guest");
    }
    String guest = url.replace("user=" + MariaDbServer.USER, "user=guest&password=word");
    try (Connection connection = DriverManager.getConnection(guest);
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO secret VALUES (1)");
      assertThatThrownBy(() -> statement.execute("SELECT * FROM secret"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("denied");
    }
  }

  @Test
  void aCrashLosesNothingThatWasCommitted() throws SQLException {
    server.createDatabase("crash");
    try (Connection connection = server.dataSource("crash").getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE kept AS SELECT 42 AS answer");
      server.crash();
      assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
    }
    int port = server.port();
    server.startAgain();
    assertThat(server.port()).isEqualTo(port);
    assertThat(query("crash", "SELECT answer FROM kept")).isEqualTo("42");
  }

  @Test
  void stopsAndStartsAgain() throws SQLException {
    server.createDatabase("stopped");
    server.stop();
    assertThatThrownBy(() -> server.dataSource("").getConnection())
        .isInstanceOf(SQLException.class);
    server.startAgain();
    assertThat(query("stopped", "SELECT DATABASE()")).isEqualTo("stopped");
  }

  private static String query(String database, String sql) throws SQLException {
    try (Connection connection = server.dataSource(database).getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
