package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MySqlServerIT {

  private static final String PROGRAM = "mailroom.mysql.program";

  @Test
  void keepsWhatWasCommittedUntilItIsClosed() throws SQLException {
    assumeTrue(MySqlServer.isInstalled(), "no MySQL is installed, see " + PROGRAM);
    MySqlServer server = MySqlServer.start("--max-allowed-packet=4M");
    try (server) {
      assertThat(query(server, "SELECT @@max_allowed_packet")).isEqualTo("4194304");
      assertThat(query(server, "SELECT @@bind_address")).isEqualTo("127.0.0.1");
      server.createDatabase("kept");
      Path data = Path.of(query(server, "SELECT @@datadir"));
      try (Connection connection = server.dataSource("kept").getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE answer AS SELECT 42 AS answer");
        server.crash();
        assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
      }
      int port = server.port();
      server.startAgain();
      assertThat(server.port()).isEqualTo(port);
      assertThatThrownBy(server::startAgain).hasMessageContaining("stop it first");
      server.stop();
      assertThatThrownBy(() -> query(server, "SELECT 1")).isInstanceOf(SQLException.class);
      server.startAgain();
      assertThat(query(server, "SELECT answer FROM kept.answer")).isEqualTo("42");
      assertThat(data).isDirectory();
      server.close();
      assertThat(Files.exists(data.getParent())).isFalse();
    }
  }

  private static String query(MySqlServer server, String sql) throws SQLException {
    try (Connection connection = server.dataSource("").getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void aProgramThatIsNoneIsNamed() {
    withProgram(
        "/no/mysqld",
        () -> assertThatThrownBy(MySqlServer::start).hasMessage("/no/mysqld did not start"));
  }

  @Test
  void theLastWordsOfAProgramThatFailsAreTold(@TempDir Path directory) throws IOException {
    Path program = directory.resolve("mysqld");
    Files.writeString(program, "#!/bin/sh\necho \"I know no $1\"\nexit 1\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    withProgram(
        program.toString(),
        () ->
            assertThatThrownBy(MySqlServer::start)
                .hasMessage(program + " did not start")
                .cause()
                .hasMessageEndingWith("I know no --no-defaults\n"));
  }

  private static void withProgram(String program, Runnable work) {
    String before = System.setProperty(PROGRAM, program);
    try {
      work.run();
    } finally {
      if (before == null) {
        System.clearProperty(PROGRAM);
      } else {
        System.setProperty(PROGRAM, before);
      }
    }
  }
}
