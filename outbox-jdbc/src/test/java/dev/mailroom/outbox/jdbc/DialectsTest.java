package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.jdbc.OutboxSchema.Roles;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No database is known by halves. */
class DialectsTest {

  @ParameterizedTest
  @EnumSource
  void everyDatabaseHasADialect(Database database) {
    Dialect dialect = new Dialects(TableNames.DEFAULT).dialect(database);
    assertThat(List.of(dialect.writer(), dialect.hot(), dialect.parked(), dialect.leases()))
        .hasSize(4);
  }

  @ParameterizedTest
  @EnumSource
  void everyDatabaseHasEveryVersionAndItsLayout(Database database) {
    List<String> versions = OutboxSchema.SCHEMA.versions();
    for (int version = 1; version <= versions.size(); version++) {
      assertThat(versions.get(version - 1)).startsWith("V" + version + "__");
      assertThat(OutboxSchema.SCHEMA.layout(database, version).tables())
          .contains("outbox_message", "outbox_parked", "outbox_partition", "outbox_operation");
    }
    assertThat(OutboxSchema.print(database, TableNames.DEFAULT.withPrefix("p_")))
        .contains("p_outbox_message (")
        .doesNotContain("${")
        .doesNotContainPattern("TABLE outbox_");
  }

  @ParameterizedTest
  @EnumSource
  void everyDatabaseHasGrants(Database database) {
    TableNames names = TableNames.DEFAULT.inSchema("Mail").withPrefix("p_");
    String at = database.quoted("Mail") + ".p_";
    assertThat(OutboxSchema.printGrants(database, names, new Roles("w", "r", "o")))
        .contains("GRANT INSERT ON " + at + "outbox_message")
        .contains("TO " + database.quoted("o"))
        .doesNotContain("${");
  }
}
