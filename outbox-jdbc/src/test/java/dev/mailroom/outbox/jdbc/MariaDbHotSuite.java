package dev.mailroom.outbox.jdbc;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.jdbc.ParkedStatements.DueQuery;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.OutboxStore.Due;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.OrderedLane;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How many rows MariaDB or MySQL touches for what a relay says all the time, when the tables have
 * grown by a million rows since it looked at them. The tables of leases and locks do not grow.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MariaDbHotSuite {

  private static final int MESSAGES = 1_000_000;
  private static final int PARKED = 250_000;
  private static final int ASKED = 100;

  /** For each lane, row or key that is asked for; a small part of the rows of one lane. */
  private static final int EACH = 40;

  private static final String TOUCHED_IN =
      """
      SELECT SUM(variable_value) FROM %s.session_status
      WHERE variable_name LIKE 'Handler_read%%' OR variable_name LIKE 'Handler_icp_attempts'
      """;

  /** From 1 to a million. */
  private static final String NUMBERS =
      """
      WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 999),
        number AS (SELECT a.i * 1000 + b.i + 1 AS seq FROM n a CROSS JOIN n b)
      """;

  /** Without the trigger, which is not what is looked at. */
  private static final String MESSAGE =
      """
      INSERT INTO outbox_message
        (destination, partition_no, message_id, message_key, message_type, payload)
      %s
      SELECT CONCAT('d', seq %% 10), CRC32(CONCAT('k', seq DIV 10 %% 50)) & 15, UUID(),
             CONCAT('k', seq DIV 10 %% 50), 'T', 'x'
      FROM number WHERE seq <= ?
      """
          .formatted(NUMBERS);

  /** Half of them of one key, a hundredth due. */
  private static final String PARK =
      """
      INSERT INTO outbox_parked
        (destination, message_id, message_key, message_type, payload, state, act_at)
      %s
      SELECT CONCAT('d', seq %% 10), UUID(), IF(seq DIV 10 %% 2 = 0, 'k', CONCAT('k', seq DIV 10 %% 1000)), 'T',
             'x', IF(seq DIV 10 %% 100 = 0, 'RETRYING', 'BLOCKED'),
             IF(seq DIV 10 %% 100 = 0, UTC_TIMESTAMP(6) - INTERVAL seq SECOND, NULL)
      FROM number WHERE seq <= ?
      """
          .formatted(NUMBERS);

  private final Database kind;
  private final Dialect dialect;
  private final String touched;
  private TestDatabase database;
  private Connection connection;

  MariaDbHotSuite(Database kind) {
    this.kind = kind;
    dialect = new Dialects(TableNames.DEFAULT).dialect(kind);
    touched =
        TOUCHED_IN.formatted(kind == Database.MYSQL ? "performance_schema" : "information_schema");
  }

  @BeforeAll
  void grow() throws SQLException {
    database = TestServer.of(kind).withOutbox();
    database.execute("DROP TRIGGER outbox_message_place");
    for (int rows : new int[] {100, MESSAGES}) {
      database.execute(MESSAGE, rows);
      database.execute(PARK, rows / (MESSAGES / PARKED));
      if (rows < MESSAGES) {
        database.execute("ANALYZE TABLE outbox_message, outbox_parked");
      }
    }
    connection = database.begin();
    if (kind == Database.MYSQL) {
      // Entries of an index that are looked at and passed over are counted nowhere there.
      TestDatabase.execute(connection, "SET optimizer_switch = 'index_condition_pushdown=off'");
    }
  }

  @AfterEach
  void undo() throws SQLException {
    connection.rollback();
  }

  @AfterAll
  void close() throws SQLException {
    connection.close();
    database.close();
  }

  private interface Statement {
    void run() throws SQLException;
  }

  private void assertTouches(int most, Statement statement) throws SQLException {
    long first = touched();
    long before = touched();
    statement.run();
    long ofAsking = before - first;
    assertThat(touched() - before - ofAsking).isBetween(1L, (long) most);
  }

  private long touched() {
    return (long) Double.parseDouble(TestDatabase.row(connection, touched));
  }

  private static List<Lane> lanes() {
    return IntStream.range(0, ASKED).mapToObj(i -> new Lane("d" + i % 10, i / 10)).toList();
  }

  private List<RowId> read(long after, int limit) throws SQLException {
    List<Range> ranges =
        lanes().stream().map(lane -> new Range(lane, after, Long.MAX_VALUE, 0, limit)).toList();
    return dialect.hot().read(connection, ranges, 8_192).value().stream().map(Row::id).toList();
  }

  /** One in the middle of each lane. */
  private List<RowId> messages() throws SQLException {
    List<RowId> ids = read(MESSAGES / 2, 1).stream().sorted().toList();
    assertThat(ids).hasSize(ASKED);
    return ids;
  }

  private List<Due> due() throws SQLException {
    Set<Integer> all = IntStream.range(0, Lane.PARTITIONS).boxed().collect(toSet());
    List<String> destinations = IntStream.range(0, 10).mapToObj(i -> "d" + i).toList();
    return dialect.parked().due(connection, new DueQuery(all, destinations, ASKED / 10, 8_192));
  }

  private List<RowId> parked() throws SQLException {
    List<RowId> ids = due().stream().map(due -> due.row().id()).sorted().toList();
    assertThat(ids).hasSize(ASKED);
    return ids;
  }

  private static List<Parking> parkings(List<RowId> ids) {
    return ids.stream()
        .map(id -> new Parking(id, ParkedState.RETRYING, Duration.ZERO, 1, "refused"))
        .toList();
  }

  @Test
  void findsTheDestinations() throws SQLException {
    assertTouches(
        ASKED * EACH, () -> assertThat(dialect.hot().destinations(connection)).hasSize(10));
  }

  @Test
  void reads() throws SQLException {
    for (long after : new long[] {0, MESSAGES / 2}) {
      assertTouches(ASKED * EACH, () -> assertThat(read(after, 10)).hasSize(ASKED * 10));
    }
    assertTouches(ASKED * EACH, () -> assertThat(read(2 * MESSAGES, 10)).isEmpty());
  }

  @Test
  void loadsMessages() throws SQLException {
    List<RowId> ids = messages();
    assertTouches(
        ASKED * EACH, () -> assertThat(dialect.hot().load(connection, ids)).hasSize(ASKED));
  }

  @Test
  void loadsParkedMessages() throws SQLException {
    List<RowId> ids = parked();
    assertTouches(
        ASKED * EACH, () -> assertThat(dialect.hot().load(connection, ids)).hasSize(ASKED));
  }

  @Test
  void acknowledges() throws SQLException {
    List<RowId> ids = messages();
    assertTouches(ASKED * EACH, () -> dialect.hot().delete(connection, ids));
    assertThat(dialect.hot().load(connection, ids)).isEmpty();
  }

  @Test
  void parks() throws SQLException {
    List<RowId> ids = messages();
    assertTouches(ASKED * EACH, () -> dialect.parked().park(connection, parkings(ids)));
    assertThat(dialect.hot().load(connection, ids)).as("from the other table").hasSize(ASKED);
  }

  @Test
  void parksAgain() throws SQLException {
    List<RowId> ids = parked();
    assertTouches(ASKED * EACH, () -> dialect.parked().repark(connection, parkings(ids)));
  }

  @Test
  void removes() throws SQLException {
    List<RowId> ids = parked();
    assertTouches(ASKED * EACH, () -> dialect.parked().remove(connection, ids));
    assertThat(dialect.hot().load(connection, ids)).isEmpty();
  }

  @Test
  void findsWhatIsDue() throws SQLException {
    assertTouches(ASKED * EACH, () -> assertThat(due()).hasSize(ASKED));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void letsTheFirstRowsOfKeysGo(boolean deadBlocks) throws SQLException {
    List<OrderedKey> keys =
        lanes().stream()
            .flatMap(
                lane ->
                    Stream.of("k", "k" + lane.partition())
                        .map(key -> new OrderedKey(new OrderedLane(lane, deadBlocks), key)))
            .toList();
    assertTouches(
        2 * ASKED * EACH, () -> assertThat(dialect.parked().letGo(connection, keys)).isNotEmpty());
  }

  /** What is parked in a lane is looked through once for its new owner. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void opensLanes(boolean deadBlocks) throws SQLException {
    List<OrderedLane> lanes =
        lanes().stream().map(lane -> new OrderedLane(lane, deadBlocks)).toList();
    assertTouches(
        PARKED,
        () -> assertThat(dialect.parked().open(connection, lanes)).hasSizeGreaterThan(ASKED));
  }
}
