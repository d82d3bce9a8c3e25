package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tables of a database: made, printed, compared, under any names. */
abstract class OutboxSchemaSuite {

  private static final String HISTORY = "mailroom_schema_history";

  private final Database kind;
  private final TestServer server;
  private TestDatabase database;

  OutboxSchemaSuite(Database kind, TestServer server) {
    this.kind = kind;
    this.server = server;
  }

  /** Statements that spoil the tables, and what is said of them. */
  abstract Map<String, String> damages();

  @BeforeEach
  void create() {
    database = server.empty();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static TableNames inNewSchema() {
    return TableNames.DEFAULT.inSchema(TestServer.newName().toUpperCase(Locale.ROOT));
  }

  private static List<TableNames> manyNames() {
    return List.of(
        TableNames.DEFAULT,
        TableNames.DEFAULT.withPrefix("Shop_"),
        inNewSchema(),
        inNewSchema().withPrefix("x"));
  }

  @Test
  void allPartsFindTheTablesUnderTheirNames() throws SQLException {
    for (TableNames names : manyNames()) {
      OutboxSchema.migrate(database.pool(), names);
      OutboxSchema.migrate(database.pool(), names);
      OutboxSchema.validate(database.pool(), names);
      NamedOutbox.assertWorks(database, names);
      assertThat(database.query("SELECT 1 FROM " + in(names, "outbox_message"))).isEmpty();
    }
  }

  private String in(TableNames names, String table) {
    return names.in(table, kind);
  }

  /** As a column, an index or a check does, with or without a prefix of its own. */
  @Test
  void aPrefixMayBeginOtherNames() {
    for (String prefix : List.of("m", "s", "a", "o", "act_", "message_", "outbox_")) {
      TableNames names = TableNames.DEFAULT.withPrefix(prefix);
      OutboxSchema.migrate(database.pool(), names);
      OutboxSchema.validate(database.pool(), names);
      database.execute("DROP TABLE " + kind.quoted(historyOf(prefix)));
      OutboxSchema.migrate(database.pool(), names);
    }
  }

  private static String historyOf(String prefix) {
    return prefix + HISTORY;
  }

  @Test
  void twoOutboxesSideBySideKnowNothingOfEachOther() throws SQLException {
    TableNames a = TableNames.DEFAULT.withPrefix("a_");
    TableNames b = TableNames.DEFAULT.withPrefix("b_");
    OutboxSchema.migrate(database.pool(), a);
    OutboxSchema.migrate(database.pool(), b);
    NamedOutbox.publish(database, a);
    assertThat(JdbcOutboxStore.of(database.pool(), b).destinations()).isEmpty();
    assertThat(JdbcOutboxStore.of(database.pool(), a).destinations()).hasSize(1);
    NamedOutbox.assertWorks(database, b);
    OutboxSchema.validate(database.pool(), a);
    OutboxSchema.validate(database.pool(), b);
  }

  @Test
  void whatIsPrintedMakesTheSameTablesAndIsTakenOver() throws SQLException {
    for (TableNames names : manyNames()) {
      if (names.schema().isPresent()) {
        database.execute("CREATE SCHEMA " + kind.quoted(names.schema().get()));
      }
      run(OutboxSchema.print(kind, names));
      OutboxSchema.validate(database.pool(), names);
      NamedOutbox.publish(database, names);
      OutboxSchema.migrate(database.pool(), names);
      OutboxSchema.migrate(database.pool(), names);
      OutboxSchema.validate(database.pool(), names);
      assertThat(database.query("SELECT payload FROM " + in(names, "outbox_message"))).hasSize(1);
    }
  }

  /** As psql does it: one statement after the other, each committed. */
  private void run(String script) throws SQLException {
    try (Connection connection = database.unpooled().getConnection()) {
      for (String statement : List.of(script.split(";\\s*\n"))) {
        if (!statement.isBlank() && !statement.matches("(\\s*--.*\\s*)*")) {
          TestDatabase.execute(connection, statement);
        }
      }
    }
  }

  @Test
  void severalProcessesMayMigrateAtOnce() {
    CompletableFuture<?>[] all =
        IntStream.range(0, 4)
            .mapToObj(i -> CompletableFuture.runAsync(() -> OutboxSchema.migrate(database.pool())))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(all).join();
    OutboxSchema.validate(database.pool());
  }

  @Test
  void everyTableAndColumnIsExplained() throws SQLException {
    OutboxSchema.migrate(database.pool());
    List<String> unexplained = new ArrayList<>();
    List<String> explained = new ArrayList<>();
    try (Connection connection = database.pool().getConnection()) {
      var about = connection.getMetaData();
      String catalog = connection.getCatalog();
      String schema = connection.getSchema();
      for (ResultSet parts :
          List.of(
              about.getTables(catalog, schema, "%", null),
              about.getColumns(catalog, schema, "%", "%"))) {
        boolean columns = parts.getMetaData().getColumnCount() > 12;
        while (parts.next()) {
          String table = parts.getString("TABLE_NAME").toLowerCase(Locale.ROOT);
          String part = columns ? table + "." + parts.getString("COLUMN_NAME") : table;
          if (OutboxSchema.SCHEMA.tables(kind).contains(table)) {
            String remarks = parts.getString("REMARKS");
            (remarks == null || remarks.isBlank() ? unexplained : explained).add(part);
          }
        }
      }
    }
    assertThat(unexplained).isEmpty();
    assertThat(explained).hasSizeGreaterThan(40);
  }

  @Test
  void tellsTheFirstDifference() {
    for (Map.Entry<String, String> damage : damages().entrySet()) {
      try (TestDatabase spoiled = server.empty()) {
        OutboxSchema.migrate(spoiled.pool());
        for (String statement : List.of(damage.getKey().split("; "))) {
          spoiled.execute(statement);
        }
        assertThatThrownBy(() -> OutboxSchema.validate(spoiled.pool()))
            .as(damage.getKey())
            .isInstanceOf(MailroomException.class)
            .hasMessageStartingWith("The outbox's tables are not as this Mailroom needs them: ")
            .hasMessageContaining(damage.getValue());
      }
    }
  }

  /** Its tables may be half made where DDL commits, and whether its history tells depends. */
  @Test
  void aMigrationThatWasInterruptedIsCompleted() {
    Assumptions.assumeTrue(kind != Database.POSTGRESQL, "it is all or nothing there");
    for (String left :
        List.of(
            "DELETE FROM " + kind.quoted(HISTORY),
            "UPDATE %s SET %s = FALSE".formatted(kind.quoted(HISTORY), kind.quoted("success")),
            "DROP TABLE " + kind.quoted(HISTORY))) {
      try (TestDatabase interrupted = server.withOutbox()) {
        interrupted.execute("DROP TABLE outbox_relay");
        interrupted.execute("DELETE FROM outbox_partition WHERE partition_no >= 0");
        interrupted.execute(
            kind == Database.H2
                ? "DROP INDEX outbox_parked_due"
                : "DROP TRIGGER outbox_message_place");
        interrupted.execute(left);
        OutboxSchema.migrate(interrupted.pool());
        OutboxSchema.validate(interrupted.pool());
        assertThat(interrupted.query("SELECT count(*) FROM outbox_partition"))
            .as(left)
            .containsExactly("16");
      }
    }
  }

  @Test
  void whatIsNotHalfMadeButDifferentIsRefused() {
    OutboxSchema.migrate(database.pool());
    database.execute("DROP TABLE outbox_relay");
    database.execute("ALTER TABLE outbox_message DROP COLUMN created_at");
    database.execute("DROP TABLE " + kind.quoted(HISTORY));
    assertThatThrownBy(() -> OutboxSchema.migrate(database.pool()))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("is missing");
  }

  @Test
  void tellsThatTheTablesAreOfAnotherVersion() {
    assertThatThrownBy(() -> OutboxSchema.validate(database.pool()))
        .hasMessageContaining("is missing")
        .hasMessageContaining("Call migrate");
    OutboxSchema.migrate(database.pool());
    setVersion("99");
    assertThatThrownBy(() -> OutboxSchema.validate(database.pool()))
        .hasMessageContaining("version 99")
        .hasMessageContaining("Use the newer Mailroom");
    setVersion("0");
    assertThatThrownBy(() -> OutboxSchema.validate(database.pool()))
        .hasMessageContaining("version 0")
        .hasMessageContaining("Call migrate");
  }

  private void setVersion(String version) {
    String column = kind.quoted("version");
    database.execute(
        "UPDATE %s SET %s = '%s' WHERE %s IN ('1', '99')"
            .formatted(kind.quoted(HISTORY), column, version, column));
  }

  @Test
  void tellsThatOtherTablesAreInItsWay() {
    database.execute("CREATE TABLE outbox_parked (id int)");
    assertThatThrownBy(() -> OutboxSchema.migrate(database.pool()))
        .isInstanceOf(MailroomException.class)
        .hasMessageStartingWith("The outbox's tables could not be made: [outbox_parked]")
        .hasMessageContaining("Drop or rename them");
  }

  /** It walks all versions that there are, each with rows of its time. */
  @Test
  void rowsSurviveEveryStepFromTheFirstVersionOn() throws SQLException {
    List<String> versions = OutboxSchema.SCHEMA.versions();
    for (int version = 1; version <= versions.size(); version++) {
      new Schema("outbox", OutboxSchema.class, HISTORY, versions.subList(0, version))
          .migrate(database.pool(), TableNames.DEFAULT);
      fill(version);
    }
    OutboxSchema.validate(database.pool());
    for (String table : List.of("message", "parked", "relay", "destination", "operation")) {
      assertThat(database.query("SELECT count(*) FROM outbox_" + table))
          .as(table)
          .containsExactly(Integer.toString(versions.size()));
    }
    assertThat(database.query("SELECT count(*) FROM outbox_partition")).containsExactly("16");
    assertThat(database.query("SELECT payload FROM outbox_message ORDER BY seq"))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, versions.size()).mapToObj(i -> "of version " + i).toList());
  }

  /** A row in each table, by the row contract and what never changes of the others. */
  private void fill(int version) {
    String columns = " (destination, message_id, message_key, message_type, payload";
    String values = " VALUES ('orders', " + server.newId() + ", 'k', 'T', 'of version " + version;
    database.execute("INSERT INTO outbox_message" + columns + ")" + values + "')");
    database.execute(
        "INSERT INTO outbox_parked"
            + columns
            + ", deliver_at)"
            + values
            + "', "
            + server.now()
            + ")");
    database.execute("INSERT INTO outbox_relay (instance_id) VALUES (" + server.newId() + ")");
    database.execute("INSERT INTO outbox_destination (destination) VALUES ('d" + version + "')");
    database.execute(
        "INSERT INTO outbox_operation (acted_by, act, selection, affected)"
            + " VALUES ('me', 'RETRY', 'all', 1)");
  }

  @Test
  void aMissingTableIsToldByTheStore() {
    assertThatThrownBy(() -> JdbcOutboxStore.of(database.pool()).destinations())
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("OutboxSchema.migrate");
    assertThatThrownBy(
            () ->
                Destinations.of(database.pool(), new TableNames(Optional.of("nowhere"), "no_"))
                    .list())
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("OutboxSchema.migrate");
  }
}
