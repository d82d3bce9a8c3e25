package dev.mailroom.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox.Outcome;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tables of a database: made, printed, compared, under any names. */
abstract class InboxSchemaContract {

  private final Database kind;
  private final TestDatabase database;
  private final HikariDataSource pool;

  InboxSchemaContract(Database kind) {
    this.kind = kind;
    this.database = TestDatabase.empty(kind);
    this.pool = database.pool(4);
  }

  /** Statements that spoil the tables, and what is said of them. */
  abstract Map<String, String> damages();

  @AfterEach
  void stop() {
    database.close();
  }

  private static void assertThatItWorks(HikariDataSource pool, TableNames names) {
    Inbox inbox = Inbox.builder(pool, "billing").tables(names).build();
    ReceivedMessage message = ReceivedMessage.of("m1", "{}");
    assertThat(inbox.process(message, c -> {})).isEqualTo(Outcome.PROCESSED);
    assertThat(inbox.process(message, c -> {})).isEqualTo(Outcome.DUPLICATE);
    inbox.deadLetters().store(message, new IllegalStateException("fails"));
    assertThat(inbox.deadLetters().discard("m1")).isTrue();
  }

  @Test
  void whatIsPrintedMakesTheSameTablesAndIsTakenOver() throws SQLException {
    TableNames upper =
        TableNames.DEFAULT.inSchema(database.name().toUpperCase(Locale.ROOT) + "_UP");
    for (TableNames names :
        List.of(TableNames.DEFAULT, TableNames.DEFAULT.withPrefix("Shop_"), upper)) {
      names
          .schema()
          .ifPresent(schema -> database.execute("CREATE SCHEMA " + database.quoted(schema)));
      try (Connection connection = database.pool(1).getConnection()) {
        for (String statement : List.of(InboxSchema.print(kind, names).split(";\\s*\n"))) {
          if (!statement.matches("(\\s*(--.*)?)*")) {
            TestDatabase.execute(connection, statement);
          }
        }
      }
      InboxSchema.validate(pool, names);
      InboxSchema.migrate(pool, names);
      InboxSchema.migrate(pool, names);
      InboxSchema.validate(pool, names);
      assertThatItWorks(pool, names);
    }
  }

  @Test
  void aSchemaThatIsMissingIsMade() {
    TableNames names = TableNames.DEFAULT.inSchema(database.name() + "_NEW").withPrefix("x");
    InboxSchema.migrate(pool, names);
    InboxSchema.validate(pool, names);
    assertThatItWorks(pool, names);
    assertThatThrownBy(() -> InboxSchema.validate(pool)).hasMessageContaining("is missing");
  }

  @Test
  void rowsSurviveEveryStepFromTheFirstVersionOn() {
    for (int version = 1; version <= InboxSchema.VERSIONS.size(); version++) {
      InboxSchema.upTo(version).migrate(pool, TableNames.DEFAULT);
      database.execute(
          "INSERT INTO inbox_message (consumer, message_id) VALUES ('billing', 'm"
              + version
              + "')");
    }
    InboxSchema.migrate(pool);
    InboxSchema.validate(pool);
    assertThat(database.recorded()).containsExactly("m1", "m2");
    Inbox inbox = Inbox.of(pool, "billing");
    assertThat(inbox.process(ReceivedMessage.of("m1", "{}"), c -> {})).isEqualTo(Outcome.DUPLICATE);
  }

  @Test
  void tellsTheFirstDifference() {
    damages()
        .forEach(
            (damage, told) -> {
              try (TestDatabase spoiled = TestDatabase.empty(kind)) {
                HikariDataSource its = spoiled.pool(2);
                InboxSchema.migrate(its);
                spoiled.execute(damage);
                assertThatThrownBy(() -> InboxSchema.validate(its))
                    .as(damage)
                    .isInstanceOf(MailroomException.class)
                    .hasMessageStartingWith("The inbox's tables are not as this Mailroom needs")
                    .hasMessageContaining(told);
              }
            });
  }

  @Test
  void tellsThatOtherTablesAreInItsWay() {
    database.execute("CREATE TABLE inbox_dead_letter (id int)");
    assertThatThrownBy(() -> InboxSchema.migrate(pool))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("[inbox_dead_letter]")
        .hasMessageContaining("Drop or rename them");
  }

  @Test
  void everyTableAndColumnIsExplained() throws SQLException {
    InboxSchema.migrate(pool);
    List<String> unexplained = new ArrayList<>();
    List<String> explained = new ArrayList<>();
    try (Connection connection = pool.getConnection()) {
      DatabaseMetaData about = connection.getMetaData();
      String catalog = connection.getCatalog();
      String schema = connection.getSchema();
      for (String table : List.of("inbox_message", "inbox_dead_letter")) {
        String name = about.storesUpperCaseIdentifiers() ? table.toUpperCase(Locale.ROOT) : table;
        try (ResultSet tables = about.getTables(catalog, schema, name, null);
            ResultSet columns = about.getColumns(catalog, schema, name, "%")) {
          for (ResultSet parts : List.of(tables, columns)) {
            while (parts.next()) {
              String remarks = parts.getString("REMARKS");
              String part = parts == columns ? parts.getString("COLUMN_NAME") : table;
              (remarks == null || remarks.isBlank() ? unexplained : explained).add(part);
            }
          }
        }
      }
    }
    assertThat(unexplained).isEmpty();
    assertThat(explained).hasSize(2 + 3 + 12);
  }
}
