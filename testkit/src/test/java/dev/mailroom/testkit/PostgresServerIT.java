package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

class PostgresServerIT {

  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "fsync, on",
    "synchronous_commit, on",
    "full_page_writes, on",
    "max_connections, 200",
    "listen_addresses, 127.0.0.1",
    "server_version, 18.6",
    "server_encoding, UTF8"
  })
  void runsAsItWouldInProduction(String setting, String value) throws SQLException {
    assertThat(query("postgres", "SHOW " + setting)).startsWith(value);
  }

  @Test
  void makesDatabases() throws SQLException {
    String url = server.createDatabase("orders");
    try (Connection connection = DriverManager.getConnection(url)) {
      assertThat(connection.getCatalog()).isEqualTo("orders");
    }
    assertThatThrownBy(() -> server.createDatabase("no\"quotes"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no\"quotes");
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

  private static String query(String database, String sql) throws SQLException {
    try (Connection connection = server.dataSource(database).getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
