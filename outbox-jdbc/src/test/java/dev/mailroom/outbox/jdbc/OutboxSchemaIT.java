package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.MailroomException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class OutboxSchemaIT {

  private static final String APPLIED =
      "SELECT version FROM mailroom_schema_history WHERE success ORDER BY installed_rank";

  private static final String HERE = "relnamespace = current_schema()::regnamespace";

  private TestDatabase database;

  @BeforeEach
  void create() {
    database = TestServer.of(Database.POSTGRESQL).empty();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void assertUsable() {
    database.execute(
        "INSERT INTO outbox_message (destination, message_id, message_type, payload)"
            + " VALUES ('orders', gen_random_uuid(), 'T', 'x')");
    assertThat(database.query("SELECT payload FROM outbox_message")).containsExactly("x");
  }

  @Test
  void migratesTwice() {
    OutboxSchema.migrate(database.pool());
    assertUsable();
    OutboxSchema.migrate(database.pool());
    assertThat(database.query("SELECT payload FROM outbox_message")).containsExactly("x");
    assertThat(database.query(APPLIED)).endsWith("1").doesNotHaveDuplicates();
  }

  @Test
  void severalProcessesMayMigrateAtOnce() {
    CompletableFuture<?>[] all =
        IntStream.range(0, 4)
            .mapToObj(i -> CompletableFuture.runAsync(() -> OutboxSchema.migrate(database.pool())))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(all).join();
    assertThat(database.query(APPLIED)).endsWith("1").doesNotHaveDuplicates();
    assertUsable();
  }

  @Test
  void aSchemaWithTheApplicationsTablesIsFine() {
    database.execute("CREATE TABLE customer AS SELECT 1 AS id");
    OutboxSchema.migrate(database.pool());
    assertUsable();
    assertThat(database.query("SELECT id FROM customer")).containsExactly("1");
  }

  @Test
  void standsBesideTheApplicationsOwnHistory() {
    Flyway application =
        Flyway.configure()
            .dataSource(database.pool())
            .locations("classpath:application-migrations")
            .load();
    application.migrate();
    OutboxSchema.migrate(database.pool());
    application.validate();
    assertThat(application.migrate().migrationsExecuted).isZero();
    assertThat(database.query("SELECT version FROM flyway_schema_history")).containsExactly("7");
    assertUsable();
  }

  @Test
  void usesTheDefaultSchemaOfItsConnections() {
    database.execute("CREATE SCHEMA mail");
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(database.url);
    dataSource.setCurrentSchema("mail");
    OutboxSchema.migrate(dataSource);
    assertThat(
            database.query(
                "SELECT table_name FROM information_schema.tables"
                    + " WHERE table_schema = 'mail' ORDER BY 1"))
        .containsExactly(
            "mailroom_schema_history",
            "outbox_destination",
            "outbox_message",
            "outbox_operation",
            "outbox_parked",
            "outbox_partition",
            "outbox_relay");
    assertThat(database.query("SELECT to_regclass('outbox_message')")).containsOnlyNulls();
  }

  @Test
  void everyTableAndColumnHasAComment() {
    OutboxSchema.migrate(database.pool());
    assertThat(
            database.query(
                "SELECT c.relname || coalesce('.' || a.attname, '')"
                    + " FROM pg_class c LEFT JOIN pg_attribute a"
                    + "   ON a.attrelid = c.oid AND a.attnum >= 0 AND NOT a.attisdropped"
                    + " WHERE c.relkind = 'r' AND c.relname LIKE 'outbox%' AND c."
                    + HERE
                    + " AND"
                    + "  (obj_description(c.oid, 'pg_class') IS NULL"
                    + "   OR col_description(c.oid, a.attnum) IS NULL)"))
        .as("without a comment")
        .isEmpty();
    assertThat(database.query("SELECT relname FROM pg_class WHERE relkind = 'r' AND " + HERE))
        .contains("outbox_message", "outbox_parked");
  }

  /** With a cache, a session would keep numbers to itself and use them after later ones. */
  @Test
  void theSequenceIsNotCached() {
    OutboxSchema.migrate(database.pool());
    assertThat(
            database.query(
                "SELECT cache_size FROM pg_sequences WHERE schemaname = current_schema()"))
        .hasSize(3)
        .containsOnly("1");
  }

  @Test
  void theHotTableHasOneIndexOnly() {
    OutboxSchema.migrate(database.pool());
    assertThat(
            database.query(
                "SELECT indexname FROM pg_indexes"
                    + " WHERE schemaname = current_schema() AND tablename = 'outbox_message'"))
        .containsExactly("outbox_message_pkey");
  }

  @Test
  void textKeysCompareBytewise() {
    OutboxSchema.migrate(database.pool());
    assertThat(
            database.query(
                "SELECT table_name || '.' || column_name FROM information_schema.columns"
                    + " WHERE table_schema = current_schema() AND data_type = 'text'"
                    + " AND column_name IN ('destination', 'message_key')"
                    + " AND collation_name IS DISTINCT FROM 'C'"))
        .isEmpty();
  }

  @Test
  void theParkedTableHasTheIndexesThatItsStatementsNeed() {
    OutboxSchema.migrate(database.pool());
    assertThat(
            database.query(
                "SELECT indexname FROM pg_indexes"
                    + " WHERE schemaname = current_schema() AND tablename = 'outbox_parked'"))
        .containsExactlyInAnyOrder(
            "outbox_parked_pkey", "outbox_parked_due", "outbox_parked_key", "outbox_parked_dead");
  }

  /** A row that nobody would ever look at again must not come to be. */
  @Test
  void aParkedRowThatContradictsItselfIsRefused() {
    OutboxSchema.migrate(database.pool());
    for (String[] wrong :
        new String[][] {
          {"state", "'SCHEDULED'"},
          {"state", "'RETRYING'"},
          {"state, act_at", "'BLOCKED', now()"},
          {"state, act_at", "'DEAD', now()"},
          {"state, mark", "'DEAD', 'RETRY'"},
          {"state, mark, act_at", "'BLOCKED', 'RETRY', now()"},
          {"state, act_at, mark", "'DEAD', now(), 'SEND'"},
          {"state", "'SENT'"},
          {"deliver_at, act_at", "now(), now()"}
        }) {
      assertThatThrownBy(() -> insertParked(wrong[0], wrong[1]))
          .as("%s = %s", wrong[0], wrong[1])
          .hasMessageContaining("check constraint");
    }
    insertParked("deliver_at", "'2001-01-01'");
    insertParked("state, act_at", "'RETRYING', '2002-01-01'");
    insertParked("deliver_at, state, act_at", "'2001-01-01', 'RETRYING', '2003-01-01'");
    insertParked("state", "'BLOCKED'");
    insertParked("state, deliver_at", "'DEAD', '2001-01-01'");
    insertParked("state, mark, act_at", "'DEAD', 'DISCARD', '2004-01-01'");
    assertThat(
            database.query(
                "SELECT extract(year FROM due_at)::text FROM outbox_parked ORDER BY seq"))
        .containsExactly("2001", "2002", "2003", null, null, "2004");
  }

  private void insertParked(String columns, String values) {
    database.execute(
        "INSERT INTO outbox_parked (destination, message_id, message_type, payload, "
            + columns
            + ") VALUES ('orders', gen_random_uuid(), 'T', 'x', "
            + values
            + ")");
  }

  /** What is parked is the same row, and can be looked at and sent like it. */
  @Test
  void theParkedTableHasTheColumnsOfTheHotOne() {
    OutboxSchema.migrate(database.pool());
    List<String> hot = columns("outbox_message");
    assertThat(columns("outbox_parked")).startsWith(hot.toArray(String[]::new));
    assertThat(hot).hasSize(9);
  }

  private List<String> columns(String table) {
    return database.query(
        "SELECT attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull"
            + " FROM pg_attribute WHERE attrelid = '"
            + table
            + "'::regclass AND attnum > 0 ORDER BY attnum");
  }

  @Test
  void tellsWhyItCouldNot() {
    database.execute("CREATE TABLE outbox_parked (id int)");
    assertThatThrownBy(() -> OutboxSchema.migrate(database.pool()))
        .isInstanceOf(MailroomException.class)
        .hasMessageStartingWith("The outbox's tables could not be made: ")
        .hasMessageContaining("outbox_parked");
    assertThat(database.query("SELECT to_regclass('outbox_message')"))
        .as("all of the migration or nothing")
        .containsOnlyNulls();
  }
}
