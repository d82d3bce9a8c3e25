package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a relay says all the time must not read whole tables, also when they have grown by a million
 * rows since they were last analyzed. Each statement was run on the nearly empty tables, often
 * enough for a plan to be kept, on the connection whose plans are looked at.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HotStatementsIT {

  private static final int OFTEN = 12;
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Set<String> IN_TRANSACTIONS_OF_THE_RELAY =
      Set.of("acknowledge", "park", "repark", "remove", "let go", "open lanes");
  private static final String KEPT =
      "EXECUTE kept ('{d1}', '{1}', '{1}', '{00000000-0000-0001-0000-000000000001}')";

  private TestDatabase database;
  private Connection connection;

  private interface Parameters {
    void set(ArrayParameters arrays, PreparedStatement statement) throws SQLException;
  }

  private final Map<String, String> sql = new LinkedHashMap<>();
  private final Map<String, Parameters> parameters = new LinkedHashMap<>();

  @BeforeAll
  void growAfterThePlansWereMade() throws SQLException {
    database = TestServer.of(Database.POSTGRESQL).withOutbox();
    connection = database.pool().getConnection();
    connection.setAutoCommit(false);
    describe();
    for (String table : List.of("outbox_message", "outbox_parked")) {
      database.execute("ALTER TABLE " + table + " SET (autovacuum_enabled = false)");
    }
    grow(10);
    database.execute("ANALYZE");
    for (String name : sql.keySet()) {
      for (int i = 0; i < OFTEN; i++) {
        run(name, "");
      }
    }
    connection.rollback(); // and with it what the planner was told
    keepAPlan();
    connection.rollback();
    grow(rows());
    database.execute("DELETE FROM outbox_message WHERE seq % 3 = 0");
    database.execute("DELETE FROM outbox_parked WHERE seq % 3 = 0");
    grown(database);
  }

  /** How many rows the tables get. */
  int rows() {
    return 1_000_000;
  }

  /** How many lanes, rows or keys a statement asks for. */
  int asked() {
    return 100;
  }

  /** Whether it would cost much to sort all rows of a lane. */
  boolean rowsOfALaneAreMany() {
    return true;
  }

  /** What happens to the tables before the plans are looked at. */
  void grown(TestDatabase grown) {}

  /** Rows to ten destinations, and the same parked: half of them of one key, a hundredth due. */
  private void grow(int rows) {
    database.execute(
        "INSERT INTO outbox_message (destination, message_id, message_key, message_type, payload)"
            + " SELECT 'd' || i % 10, gen_random_uuid(), 'k' || i % 50, 'T', 'x'"
            + " FROM generate_series(1, "
            + rows
            + ") i");
    database.execute(
        "INSERT INTO outbox_parked (destination, message_id, message_key, message_type, payload,"
            + " state, act_at)"
            + " SELECT 'd' || i % 10, gen_random_uuid(),"
            + "        CASE WHEN i % 2 = 0 THEN 'k' ELSE 'k' || i % 1000 END, 'T', 'x',"
            + "        CASE WHEN i % 100 = 0 THEN 'RETRYING' ELSE 'BLOCKED' END,"
            + "        CASE WHEN i % 100 = 0 THEN now() - i * interval '1 second' END"
            + " FROM generate_series(1, "
            + rows / 4
            + ") i");
  }

  private void describe() {
    add("destinations", PostgreSqlHot.DESTINATIONS, (arrays, statement) -> {});
    add("read", PostgreSqlHot.READ, (arrays, statement) -> ranges(arrays, statement, 0));
    add(
        "read above a mark",
        PostgreSqlHot.READ,
        (arrays, statement) -> ranges(arrays, statement, 900_000));
    add("load", PostgreSqlHot.LOAD, (arrays, statement) -> ids(arrays));
    add("acknowledge", PostgreSqlHot.DELETE, (arrays, statement) -> ids(arrays));
    add("open writers", PostgreSqlHot.OPEN_WRITERS, (arrays, statement) -> {});
    add("park", PostgreSqlParked.PARK, (arrays, statement) -> parkings(arrays));
    add("repark", PostgreSqlParked.REPARK, (arrays, statement) -> parkings(arrays));
    add("remove", PostgreSqlParked.REMOVE, (arrays, statement) -> ids(arrays));
    add(
        "let go",
        PostgreSqlParked.LET_GO,
        (arrays, statement) -> {
          lanes(arrays);
          arrays.add("bool", lanes(), i -> true);
          arrays.add("text", lanes(), i -> i % 2 == 0 ? "k" : "k" + i);
        });
    add(
        "open lanes",
        PostgreSqlParked.OPEN,
        (arrays, statement) -> {
          lanes(arrays);
          arrays.add("bool", lanes(), i -> true);
        });
    add(
        "due",
        PostgreSqlParked.DUE,
        (arrays, statement) -> {
          arrays.add("text", IntStream.range(0, 10).boxed().toList(), i -> "d" + i);
          statement.setInt(arrays.next(), 8_192);
          arrays.add("smallint", IntStream.range(0, 16).boxed().toList(), i -> i);
          statement.setInt(arrays.next(), 100);
        });
  }

  private void add(String name, String text, Parameters values) {
    sql.put(name, text);
    parameters.put(name, values);
  }

  private List<Integer> lanes() {
    return IntStream.range(0, asked()).boxed().toList();
  }

  private void lanes(ArrayParameters arrays) throws SQLException {
    arrays.add("text", lanes(), i -> "d" + i % 10);
    arrays.add("smallint", lanes(), i -> i / 10);
  }

  private void ranges(ArrayParameters arrays, PreparedStatement statement, long after)
      throws SQLException {
    lanes(arrays);
    arrays.add("bigint", lanes(), i -> after);
    arrays.add("bigint", lanes(), i -> Long.MAX_VALUE);
    arrays.add("bigint", lanes(), i -> 0L);
    arrays.add("integer", lanes(), i -> 10);
    statement.setInt(arrays.next(), 8_192);
  }

  private void ids(ArrayParameters arrays) throws SQLException {
    lanes(arrays);
    arrays.add("bigint", lanes(), i -> 1_000L + i);
    arrays.add("uuid", lanes(), i -> new UUID(1, i));
  }

  private void parkings(ArrayParameters arrays) throws SQLException {
    ids(arrays);
    arrays.add("text", lanes(), i -> "DEAD");
    arrays.add("bigint", lanes(), i -> null);
    arrays.add("integer", lanes(), i -> 1);
    arrays.add("text", lanes(), i -> "refused");
  }

  /** As the store does it, with a word before it or none; the first column, line by line. */
  private String run(String name, String before) throws SQLException {
    if (IN_TRANSACTIONS_OF_THE_RELAY.contains(name)) {
      new PostgreSql(TableNames.DEFAULT).bound(connection, LONG, LONG);
    }
    return explain(name, before);
  }

  /** As the planner likes it. */
  final String explain(String name, String before) throws SQLException {
    try (PreparedStatement statement = PostgreSql.prepare(connection, before + sql.get(name))) {
      parameters.get(name).set(new ArrayParameters(statement), statement);
      if (!statement.execute()) {
        return "";
      }
      StringBuilder lines = new StringBuilder();
      try (ResultSet results = statement.getResultSet()) {
        while (results.next() && !before.isEmpty()) {
          lines.append(results.getString(1)).append('\n');
        }
      }
      return lines.toString();
    }
  }

  @AfterAll
  void close() throws SQLException {
    connection.close();
    database.close();
  }

  List<String> statements() {
    return List.copyOf(sql.keySet());
  }

  @ParameterizedTest
  @MethodSource("statements")
  void readsByIndexAfterTheTablesHaveGrown(String name) throws SQLException {
    String plan = run(name, "EXPLAIN ");
    connection.rollback();
    assertThat(plan)
        .doesNotContain("Seq Scan on outbox_message")
        .doesNotContain("Seq Scan on outbox_parked");
    if (sql.get(name).matches("(?s).*(FROM|JOIN|UPDATE) outbox_(message|parked).*")) {
      assertThat(plan).containsPattern("Index (Only )?Scan (using|on) outbox_(message|parked)_");
    }
    if (rowsOfALaneAreMany() && !name.equals("destinations") && !name.equals("open writers")) {
      assertThat(plan).as("in the order of the index").doesNotContain("Sort");
    }
  }

  @ParameterizedTest
  @MethodSource("statements")
  void touchesFewBlocks(String name) throws SQLException {
    String plan = run(name, "EXPLAIN (ANALYZE, BUFFERS, TIMING off, SUMMARY off) ");
    connection.rollback();
    Matcher hits = Pattern.compile("shared hit=(\\d+)").matcher(plan);
    int blocks = hits.find() ? Integer.parseInt(hits.group(1)) : 0;
    // Opening lanes reads the keys of a lane once for its new owner; all else is for ever.
    assertThat(blocks).as(plan).isLessThan(name.equals("open lanes") ? 400_000 : 10_000);
  }

  private void keepAPlan() throws SQLException {
    String[] parts = PostgreSqlHot.DELETE.split("\\?", -1);
    assertThat(parts).hasSize(5);
    TestDatabase.execute(
        connection,
        "PREPARE kept (text[], smallint[], bigint[], uuid[]) AS "
            + parts[0]
            + "$1"
            + parts[1]
            + "$2"
            + parts[2]
            + "$3"
            + parts[3]
            + "$4"
            + parts[4]);
    for (int i = 0; i < OFTEN; i++) {
      TestDatabase.execute(connection, KEPT);
    }
  }

  /** The same statement, kept by the server: this test would find the wrong plan. */
  @Test
  void aPlanThatIsKeptWouldReadAll() throws SQLException {
    StringBuilder plan = new StringBuilder();
    try (Statement statement = connection.createStatement();
        ResultSet lines = statement.executeQuery("EXPLAIN " + KEPT)) {
      while (lines.next()) {
        plan.append(lines.getString(1)).append('\n');
      }
    }
    connection.rollback();
    assertThat(plan.toString()).contains("Seq Scan on outbox_message");
  }
}
