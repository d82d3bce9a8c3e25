package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is validated against is what the DDL makes. With {@code -Dlayouts=write} the last layouts
 * are written anew, after a change of the DDL.
 */
class LayoutIT {

  private static final Path RESOURCES = Path.of("src/main/resources/dev/mailroom/outbox/jdbc");
  private static final String NAMES = "message parked partition relay destination operation lock";
  private static final List<String> TABLES =
      List.of(NAMES.split(" ")).stream().map("outbox_"::concat).toList();

  @ParameterizedTest
  @EnumSource(names = "MYSQL", mode = EnumSource.Mode.EXCLUDE)
  void isWhatTheDdlMakes(Database kind) throws SQLException, IOException {
    List<String> versions = OutboxSchema.SCHEMA.versions();
    try (TestDatabase database = TestServer.of(kind).empty();
        Connection connection = database.pool().getConnection()) {
      Flyway.configure()
          .dataSource(database.pool())
          .locations("classpath:dev/mailroom/outbox/jdbc/" + kind.folder())
          .placeholders(kind.placeholders(TableNames.DEFAULT))
          .load()
          .migrate();
      String made = Catalog.of(kind).layout(connection, TableNames.DEFAULT, TABLES).toString();
      Path file =
          RESOURCES.resolve(kind.folder()).resolve(versions.get(versions.size() - 1) + ".layout");
      if ("write".equals(System.getProperty("layouts"))) {
        Files.writeString(file, made);
      }
      assertThat(file).hasContent(made);
    }
  }
}
