package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.testkit.MariaDbServer;
import dev.mailroom.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/**
 * What the inbox's tables are validated against is what its DDL makes, version by version. With
 * {@code -Dlayouts=write} the layouts are written anew, after a change of the DDL.
 */
class InboxLayoutIT {

  private static final Path RESOURCES = Path.of("src/main/resources/dev/mailroom/inbox");
  private static final List<String> VERSIONS = List.of("V1__inbox", "V2__dead_letters");
  private static final List<String> TABLES = List.of("inbox_message", "inbox_dead_letter");

  @Test
  void postgresql() throws SQLException, IOException {
    try (PostgresServer server = PostgresServer.start()) {
      isWhatTheDdlMakes(Database.POSTGRESQL, server.createDatabase("layout"));
    }
  }

  @Test
  void mariaDb() throws SQLException, IOException {
    try (MariaDbServer server = MariaDbServer.start()) {
      isWhatTheDdlMakes(Database.MARIADB, server.createDatabase("layout"));
    }
  }

  @Test
  void h2() throws SQLException, IOException {
    isWhatTheDdlMakes(Database.H2, "jdbc:h2:mem:layout;DB_CLOSE_DELAY=-1");
  }

  private static void isWhatTheDdlMakes(Database kind, String url)
      throws SQLException, IOException {
    for (int version = 1; version <= VERSIONS.size(); version++) {
      Flyway.configure()
          .dataSource(url, null, null)
          .locations("classpath:dev/mailroom/inbox/" + kind.folder())
          .placeholders(kind.placeholders(TableNames.DEFAULT))
          .target(Integer.toString(version))
          .load()
          .migrate();
      try (Connection connection = DriverManager.getConnection(url)) {
        String made = Catalog.of(kind).layout(connection, TableNames.DEFAULT, TABLES).toString();
        Path file = RESOURCES.resolve(kind.folder()).resolve(VERSIONS.get(version - 1) + ".layout");
        if ("write".equals(System.getProperty("layouts"))) {
          Files.writeString(file, made);
        }
        assertThat(file).hasContent(made);
      }
    }
  }
}
