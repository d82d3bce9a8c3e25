package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The layouts that are validated against are what the DDL makes. With {@code -Dlayouts=write} the
 * last one is written anew, after a change of the DDL.
 */
class LayoutIT {

  private static final Path RESOURCES = Path.of("src/main/resources/dev/mailroom/outbox/jdbc");

  private static final List<String> TABLES =
      List.of(
          "outbox_message",
          "outbox_parked",
          "outbox_partition",
          "outbox_relay",
          "outbox_destination",
          "outbox_operation",
          "outbox_lock");

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "MARIADB"})
  void theLayoutIsWhatTheDdlMakes(Database kind) throws SQLException, IOException {
    try (TestDatabase database = TestServer.of(kind).withOutbox();
        Connection connection = database.pool().getConnection()) {
      String made = Catalog.of(kind).layout(connection, TableNames.DEFAULT, TABLES).toString();
      String last = OutboxSchema.SCHEMA.versions().get(OutboxSchema.SCHEMA.versions().size() - 1);
      Path file = RESOURCES.resolve(kind.folder()).resolve(last + ".layout");
      if ("write".equals(System.getProperty("layouts"))) {
        Files.writeString(file, made);
      }
      assertThat(file).hasContent(made);
    }
  }
}
