package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With {@code -Dlayouts=write} it writes the layouts anew, after a change of the DDL. */
class LayoutIT {

  private static final Path RESOURCES = Path.of("src/main/resources/dev/mailroom/outbox/jdbc");

  private static final List<String> TABLES =
      List.of(
          "outbox_message",
          "outbox_parked",
          "outbox_partition",
          "outbox_relay",
          "outbox_destination",
          "outbox_operation");

  @Test
  void theLayoutIsWhatTheDdlMakes() throws SQLException, IOException {
    try (TestDatabase database = TestServer.of(Database.POSTGRESQL).withOutbox();
        Connection connection = database.pool().getConnection()) {
      Layout made = Catalog.of(Database.POSTGRESQL).layout(connection, TableNames.DEFAULT, TABLES);
      Path file = RESOURCES.resolve("postgresql/V1__outbox.layout");
      if ("write".equals(System.getProperty("layouts"))) {
        Files.writeString(file, made.toString());
      }
      assertThat(file).hasContent(made.toString());
    }
  }
}
