package dev.mailroom.outbox.jdbc;

import static dev.mailroom.outbox.jdbc.MariaDb.micros;

import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore.Due;
import dev.mailroom.relay.OutboxStore.Mark;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.OrderedLane;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The statements about parked rows. Those that write are run by the owner of the partitions. */
final class MariaDbParked implements ParkedStatements {

  private static final int AT_ONCE = 1_000;
  private static final int LANES_AT_ONCE = 200;

  private static final String PARKINGS =
      """
      JSON_TABLE(?, '$[*]' COLUMNS (
        destination VARCHAR(512) PATH '$[0]', partition_no SMALLINT PATH '$[1]',
        seq BIGINT PATH '$[2]', message_id CHAR(36) PATH '$[3]', state VARCHAR(9) PATH '$[4]',
        delay BIGINT PATH '$[5]', attempts INT PATH '$[6]', error MEDIUMTEXT PATH '$[7]')) r
      """;

  private static final String BY_KEY =
      """
       p FORCE INDEX (PRIMARY)
        ON p.destination = r.destination AND p.partition_no = r.partition_no AND p.seq = r.seq
          AND p.message_id = r.message_id
      """;

  /** Locks the rows, so that none is copied that somebody is about to delete. */
  private static final String COPY =
      """
      INSERT INTO outbox_parked
        (destination, seq, message_id, message_key, message_type, headers, payload, created_at,
         state, act_at, attempts, last_error)
      SELECT p.destination, p.seq, p.message_id, p.message_key, p.message_type, p.headers,
             p.payload, p.created_at, r.state, UTC_TIMESTAMP(6) + INTERVAL r.delay MICROSECOND,
             r.attempts, r.error
      FROM
      """
          + PARKINGS
          + "STRAIGHT_JOIN outbox_message"
          + BY_KEY
          + "%s ON DUPLICATE KEY UPDATE attempts = outbox_parked.attempts";

  private static final String REPARK =
      "UPDATE "
          + PARKINGS
          + "STRAIGHT_JOIN outbox_parked"
          + BY_KEY
          + """
          SET p.state = r.state, p.act_at = UTC_TIMESTAMP(6) + INTERVAL r.delay MICROSECOND,
              p.attempts = r.attempts, p.last_error = r.error, p.parked_at = UTC_TIMESTAMP(6),
              p.mark = NULL
          """;

  private static final String REMOVE =
      "DELETE p FROM " + PARKINGS + "STRAIGHT_JOIN outbox_parked" + BY_KEY;

  private static final String HEADS =
      """
      SELECT k.position, (
        SELECT p.seq FROM outbox_parked p FORCE INDEX (outbox_parked_key)
        WHERE p.destination = k.destination AND p.partition_no = k.partition_no
          AND p.ordered_key = k.message_key AND (k.dead_blocks OR p.state <> 'DEAD')
        ORDER BY p.seq LIMIT 1)
      FROM JSON_TABLE(?, '$[*]' COLUMNS (
        position FOR ORDINALITY, destination VARCHAR(512) PATH '$[0]',
        partition_no SMALLINT PATH '$[1]', message_key VARCHAR(240) PATH '$[2]',
        dead_blocks SMALLINT PATH '$[3]')) k
      """;

  private static final String HEADS_OF_LANE =
      """
      SELECT ? AS position, ordered_key, MIN(seq) AS seq
      FROM outbox_parked FORCE INDEX (outbox_parked_key)
      WHERE destination = ? AND partition_no = ? AND ordered_key IS NOT NULL
      GROUP BY ordered_key
      """;

  private static final String LIVING_HEADS_OF_LANE =
      """
      SELECT ? AS position, ordered_key, MIN(seq) AS seq
      FROM outbox_parked FORCE INDEX (outbox_parked_key)
      WHERE destination = ? AND partition_no = ? AND ordered_key IS NOT NULL AND state <> 'DEAD'
      GROUP BY ordered_key
      """;

  private static final String FREE =
      """
      UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
          destination VARCHAR(512) PATH '$[0]', partition_no SMALLINT PATH '$[1]',
          message_key VARCHAR(240) PATH '$[2]', seq BIGINT PATH '$[3]')) h
        STRAIGHT_JOIN outbox_parked p FORCE INDEX (PRIMARY)
          ON p.destination = h.destination AND p.partition_no = h.partition_no AND p.seq = h.seq
      SET p.state = 'RETRYING', p.act_at = UTC_TIMESTAMP(6)
      WHERE p.ordered_key = h.message_key AND p.state = 'BLOCKED'
      """;

  private static final String DUE =
      """
      (SELECT k.*, c.headers, c.payload
       FROM (
         SELECT p.destination, p.partition_no, p.seq, p.message_id, p.message_key, p.message_type,
                p.created_at, p.content_bytes AS size, p.content_bytes <= ? AS inline,
                p.deliver_at IS NULL AS ordered, p.mark, p.due_at,
                CASE WHEN p.mark = 'RETRY' THEN 0 ELSE p.attempts END AS attempts
         FROM outbox_parked p FORCE INDEX (outbox_parked_due)
         WHERE p.destination = ? AND p.due_at <= UTC_TIMESTAMP(6) AND p.partition_no IN (%s)
         ORDER BY p.due_at, p.seq
         LIMIT ?) k
       LEFT JOIN outbox_parked c FORCE INDEX (PRIMARY)
         ON c.destination = k.destination AND c.partition_no = k.partition_no AND c.seq = k.seq
           AND c.message_id = k.message_id AND k.inline)
      """;

  private final Sql sql;
  private final String copy;

  /**
   * @param lock what locks the table {@code p} in a statement that also reads what is no table
   */
  MariaDbParked(Sql sql, String lock) {
    this.sql = sql;
    copy = COPY.formatted(lock);
  }

  @Override
  public List<Lease> hold(Connection connection, Collection<Lease> leases) throws SQLException {
    List<Lease> sorted = LeaseStatements.sorted(leases);
    List<Integer> partitions = sorted.stream().map(Lease::partition).distinct().toList();
    MariaDbLeases.takeTurns(connection, sql, partitions);
    List<Lease> lost = new ArrayList<>(sorted);
    lost.removeAll(MariaDbLeases.held(connection, sql));
    return lost;
  }

  @Override
  public void park(Connection connection, List<Parking> rows) throws SQLException {
    run(connection, copy, parkings(rows));
    run(connection, MariaDbHot.DELETE, parkings(rows));
  }

  @Override
  public void repark(Connection connection, List<Parking> rows) throws SQLException {
    run(connection, REPARK, parkings(rows));
  }

  @Override
  public void remove(Connection connection, List<RowId> rows) throws SQLException {
    run(connection, REMOVE, JsonRows.ofIds(rows));
  }

  private void run(Connection connection, String text, String listed) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql.of(text))) {
      statement.setString(1, listed);
      statement.executeUpdate();
    }
  }

  private static String parkings(List<Parking> rows) {
    return JsonRows.of(rows, MariaDbParked::columns);
  }

  private static List<@Nullable Object> columns(Parking parking) {
    boolean retrying = parking.state() == ParkedState.RETRYING;
    List<@Nullable Object> columns = JsonRows.id(parking.id());
    columns.add(parking.state().name());
    columns.add(retrying ? micros(parking.delay()) : null);
    columns.add(parking.attempts());
    columns.add(ParkedStatements.error(parking));
    return columns;
  }

  /** The first row of a key, if there is one behind which others have to wait. */
  private record Head(OrderedKey key, long seq) {

    List<@Nullable Object> columns() {
      Lane lane = key.lane().lane();
      return List.of(lane.destination(), lane.partition(), key.key(), seq);
    }
  }

  @Override
  public Set<OrderedKey> letGo(Connection connection, List<OrderedKey> keys) throws SQLException {
    Set<OrderedKey> free = new HashSet<>(keys);
    List<Head> heads = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql.of(HEADS))) {
      select.setString(1, JsonRows.of(keys, MariaDbParked::columns));
      try (ResultSet results = select.executeQuery()) {
        while (results.next()) {
          OrderedKey key = keys.get(results.getInt(1) - 1);
          long seq = results.getLong(2);
          if (!results.wasNull()) {
            heads.add(new Head(key, seq));
            free.remove(key);
          }
        }
      }
    }
    free(connection, heads);
    return free;
  }

  private static List<@Nullable Object> columns(OrderedKey key) {
    Lane lane = key.lane().lane();
    return List.of(
        lane.destination(), lane.partition(), key.key(), key.lane().deadBlocks() ? 1 : 0);
  }

  private void free(Connection connection, List<Head> heads) throws SQLException {
    for (int i = 0; i < heads.size(); i += AT_ONCE) {
      List<Head> some = heads.subList(i, Math.min(heads.size(), i + AT_ONCE));
      run(connection, FREE, JsonRows.of(some, Head::columns));
    }
  }

  @Override
  public Set<OrderedKey> open(Connection connection, List<OrderedLane> lanes) throws SQLException {
    List<Head> heads = new ArrayList<>();
    for (int i = 0; i < lanes.size(); i += LANES_AT_ONCE) {
      heads.addAll(heads(connection, lanes.subList(i, Math.min(lanes.size(), i + LANES_AT_ONCE))));
    }
    free(connection, heads);
    return heads.stream().map(Head::key).collect(Collectors.toSet());
  }

  private List<Head> heads(Connection connection, List<OrderedLane> lanes) throws SQLException {
    String text =
        lanes.stream()
            .map(lane -> sql.of(lane.deadBlocks() ? HEADS_OF_LANE : LIVING_HEADS_OF_LANE))
            .collect(Collectors.joining("UNION ALL\n"));
    try (PreparedStatement select = connection.prepareStatement(text)) {
      for (int i = 0; i < lanes.size(); i++) {
        select.setInt(3 * i + 1, i);
        select.setString(3 * i + 2, lanes.get(i).lane().destination());
        select.setInt(3 * i + 3, lanes.get(i).lane().partition());
      }
      List<Head> heads = new ArrayList<>();
      try (ResultSet results = select.executeQuery()) {
        while (results.next()) {
          OrderedLane lane = lanes.get(results.getInt(1));
          heads.add(new Head(new OrderedKey(lane, results.getString(2)), results.getLong(3)));
        }
      }
      return heads;
    }
  }

  @Override
  public List<Due> due(Connection connection, DueQuery query) throws SQLException {
    if (query.partitions().isEmpty() || query.destinations().isEmpty()) {
      return List.of();
    }
    String partitions =
        query.partitions().stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
    String text = sql.of(DUE).formatted(partitions);
    int destinations = query.destinations().size();
    try (PreparedStatement select =
        connection.prepareStatement(
            String.join("UNION ALL\n", Collections.nCopies(destinations, text)))) {
      for (int i = 0; i < destinations; i++) {
        select.setInt(3 * i + 1, query.maxInline());
        select.setString(3 * i + 2, query.destinations().get(i));
        select.setInt(3 * i + 3, query.limit());
      }
      try (ResultSet results = select.executeQuery()) {
        List<Timed> due = new ArrayList<>();
        while (results.next()) {
          due.add(timed(results));
        }
        // Not by the statement: the order within a derived table is none of its join's.
        return due.stream().sorted(BY_TIME).map(Timed::due).toList();
      }
    }
  }

  private record Timed(Instant at, Due due) {}

  private static final Comparator<Timed> BY_TIME =
      Comparator.comparing(Timed::at).thenComparing(timed -> timed.due().row().id().seq());

  private static Timed timed(ResultSet results) throws SQLException {
    return new Timed(
        MariaDb.time(results, "due_at"),
        new Due(
            RowReader.row(results, MariaDb::time),
            results.getBoolean("ordered"),
            results.getInt("attempts"),
            Optional.ofNullable(results.getString("mark")).map(Mark::valueOf)));
  }
}
