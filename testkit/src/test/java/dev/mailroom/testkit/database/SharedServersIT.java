package dev.mailroom.testkit.database;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.testkit.MariaDbServer;
import dev.mailroom.testkit.PostgresServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is asked for a database, and in which order. */
class SharedServersIT {

  private final Map<String, String> before = new HashMap<>();

  private void set(String property, String value) {
    if (!before.containsKey(property)) {
      before.put(property, System.getProperty(property));
    }
    System.setProperty(property, value);
  }

  @AfterEach
  void restore() {
    before.forEach(WithDatabaseIT::restore);
  }

  @Test
  void aUrlGoesFirstWithItsUserAndPasswordBesideIt() throws SQLException {
    try (PostgresServer postgres = PostgresServer.start()) {
      set("mailroom.databases", "auto");
      set("mailroom.postgresql.url", "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/tests");
      set("mailroom.postgresql.user", "tester");
      set("mailroom.postgresql.password", "a&b=c");
      postgres.createDatabase("tests");
      execute(postgres, "CREATE ROLE tester LOGIN PASSWORD 'a&b=c'");

      assertThatThrownBy(() -> SharedServers.find(DatabaseKind.POSTGRESQL).create("mine"))
          .hasMessageContaining("Tests need the right to make and drop databases")
          .hasMessageNotContaining("a&b=c");
      execute(postgres, "GRANT CREATE ON DATABASE tests TO tester");
      assertThat(SharedServers.find(DatabaseKind.POSTGRESQL).create("mine"))
          .contains(":" + postgres.port() + "/tests?", "user=tester", "currentSchema=mine");
    }
  }

  @Test
  void anotherDatabaseThanAskedForIsRefused() {
    try (MariaDbServer mariadb = MariaDbServer.start()) {
      set("mailroom.databases", "auto");
      set("mailroom.mysql.url", "jdbc:mysql://127.0.0.1:" + mariadb.port() + "/?user=root");
      assertThatThrownBy(() -> SharedServers.find(DatabaseKind.MYSQL))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Expected MySQL")
          .hasMessageContaining("MariaDB");
    }
  }

  @Test
  void aUrlOfAnotherFormIsRefusedWithoutTellingThePassword() {
    set("mailroom.databases", "auto");
    set("mailroom.mariadb.url", "mariadb:127.0.0.1?password=secret");
    assertThatThrownBy(() -> SharedServers.find(DatabaseKind.MARIADB))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mailroom.mariadb.url (or MAILROOM_MARIADB_URL)")
        .hasMessageNotContaining("secret");
  }

  @Test
  void anUnknownChoiceIsRefused() {
    set("mailroom.databases", "cloud");
    assertThatThrownBy(() -> SharedServers.find(DatabaseKind.POSTGRESQL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mailroom.databases (or MAILROOM_DATABASES)")
        .hasMessageContaining("cloud");
  }

  @Test
  void whichOneWasTakenIsPrinted() {
    PrintStream out = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      SharedServers.find(DatabaseKind.H2);
    } finally {
      System.setOut(out);
    }
    assertThat(printed.toString(UTF_8)).matches("Tests use H2 2\\..*, in memory\\R");
  }

  @Test
  void withoutAProgramThereIsNoEmbeddedMySql() {
    set("mailroom.databases", "embedded");
    set("mailroom.mysql.program", "");
    set("mailroom.mysql.url", "jdbc:mysql://127.0.0.1:1/");
    assertThatThrownBy(() -> SharedServers.find(DatabaseKind.MYSQL))
        .isInstanceOf(NoDatabaseException.class)
        .hasMessageContaining("MAILROOM_MYSQL_URL")
        .hasMessageContaining("MAILROOM_MYSQL_PROGRAM");
  }

  private static void execute(PostgresServer postgres, String sql) throws SQLException {
    try (Connection connection = postgres.dataSource("postgres").getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
