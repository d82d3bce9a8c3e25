package dev.mailroom.outbox.jdbc;

import static dev.mailroom.outbox.jdbc.PostgreSql.micros;
import static dev.mailroom.outbox.jdbc.PostgreSql.prepare;

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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The statements about parked rows. Those that write are run by the owner of the partitions. */
final class PostgreSqlParked implements ParkedStatements {

  /** Taken before the row locks, so that settlements of a partition see each other's rows. */
  static final String TAKE_TURNS =
      """
      SELECT pg_advisory_xact_lock('outbox_partition'::regclass::oid::int, l.partition_no)
      FROM unnest(?::int[]) AS l(partition_no)
      """;

  /** Whoever takes a partition needs the row alone; a renewal of the lease passes by this lock. */
  static final String HOLD =
      """
      SELECT p.partition_no, p.owner, p.epoch
      FROM outbox_partition p
      JOIN unnest(?::smallint[], ?::uuid[], ?::bigint[]) AS l(partition_no, owner, epoch)
        ON p.partition_no = l.partition_no AND p.owner = l.owner AND p.epoch = l.epoch
      ORDER BY p.partition_no
      FOR KEY SHARE OF p
      """;

  static final String PARK =
      """
      WITH gone AS (
        DELETE FROM outbox_message m
        USING unnest(?::text[], ?::smallint[], ?::bigint[], ?::uuid[],
                     ?::text[], ?::bigint[], ?::int[], ?::text[])
          AS r(destination, partition_no, seq, message_id, state, delay, attempts, error)
        WHERE m.destination = r.destination AND m.partition_no = r.partition_no AND m.seq = r.seq
          AND m.message_id = r.message_id
        RETURNING m.*, r.state, r.delay, r.attempts, r.error)
      INSERT INTO outbox_parked
        (destination, seq, message_id, message_key, message_type, headers, payload, created_at,
         state, act_at, attempts, last_error)
      SELECT destination, seq, message_id, message_key, message_type, headers, payload, created_at,
             state, clock_timestamp() + delay * interval '1 microsecond', attempts, error
      FROM gone
      ON CONFLICT DO NOTHING
      """;

  static final String REPARK =
      """
      UPDATE outbox_parked p
      SET state = r.state, act_at = clock_timestamp() + r.delay * interval '1 microsecond',
          attempts = r.attempts, last_error = r.error, parked_at = clock_timestamp(), mark = NULL
      FROM unnest(?::text[], ?::smallint[], ?::bigint[], ?::uuid[],
                  ?::text[], ?::bigint[], ?::int[], ?::text[])
        AS r(destination, partition_no, seq, message_id, state, delay, attempts, error)
      WHERE p.destination = r.destination AND p.partition_no = r.partition_no AND p.seq = r.seq
        AND p.message_id = r.message_id
      """;

  static final String REMOVE =
      """
      DELETE FROM outbox_parked p
      USING unnest(?::text[], ?::smallint[], ?::bigint[], ?::uuid[])
        AS r(destination, partition_no, seq, message_id)
      WHERE p.destination = r.destination AND p.partition_no = r.partition_no AND p.seq = r.seq
        AND p.message_id = r.message_id
      """;

  private static final String FREE_BLOCKED_HEADS =
      """
      freed AS (
        UPDATE outbox_parked p SET state = 'RETRYING', act_at = clock_timestamp()
        FROM head h
        WHERE h.state = 'BLOCKED' AND p.destination = h.destination
          AND p.partition_no = h.partition_no AND p.seq = h.seq AND p.message_id = h.message_id)
      """;

  static final String LET_GO =
      """
      WITH head AS MATERIALIZED (
        SELECT k.destination, k.partition_no, k.dead_blocks, k.message_key,
               f.seq, f.message_id, f.state
        FROM unnest(?::text[], ?::smallint[], ?::bool[], ?::text[])
          AS k(destination, partition_no, dead_blocks, message_key)
        LEFT JOIN LATERAL (
          SELECT p.seq, p.message_id, p.state FROM outbox_parked p
          WHERE p.destination = k.destination AND p.partition_no = k.partition_no
            AND p.message_key = k.message_key AND p.deliver_at IS NULL
            AND (k.dead_blocks OR p.state <> 'DEAD')
          ORDER BY p.seq LIMIT 1) f ON true),
      """
          + FREE_BLOCKED_HEADS
          + """
      SELECT destination, partition_no, dead_blocks, message_key FROM head WHERE seq IS NULL
      """;

  static final String OPEN =
      """
      WITH head AS MATERIALIZED (
        SELECT l.destination, l.partition_no, l.dead_blocks, f.*
        FROM unnest(?::text[], ?::smallint[], ?::bool[])
          AS l(destination, partition_no, dead_blocks)
        CROSS JOIN LATERAL (
          SELECT DISTINCT ON (p.message_key) p.message_key, p.seq, p.message_id, p.state
          FROM outbox_parked p
          WHERE p.destination = l.destination AND p.partition_no = l.partition_no
            AND p.message_key IS NOT NULL AND p.deliver_at IS NULL
            AND (l.dead_blocks OR p.state <> 'DEAD')
          ORDER BY p.message_key, p.seq) f),
      """
          + FREE_BLOCKED_HEADS
          + """
      SELECT destination, partition_no, dead_blocks, message_key FROM head
      """;

  /** With the statement's own time: a clock that moves could not be looked up in the index. */
  static final String DUE =
      """
      SELECT d.destination, p.*
      FROM unnest(?::text[]) WITH ORDINALITY AS d(destination, position)
      CROSS JOIN LATERAL (
        SELECT p.partition_no, p.seq, p.message_id, p.message_key, p.message_type, p.created_at,
               s.size, s.inline, CASE WHEN s.inline THEN p.headers END AS headers,
               CASE WHEN s.inline THEN p.payload END AS payload,
               p.deliver_at IS NULL AS ordered, p.mark,
               CASE WHEN p.mark = 'RETRY' THEN 0 ELSE p.attempts END AS attempts
        FROM outbox_parked p
        CROSS JOIN LATERAL (
          SELECT z.size, z.size <= ? AS inline
          FROM (SELECT octet_length(p.payload) + coalesce(octet_length(p.headers), 0) AS size) z) s
        WHERE p.destination = d.destination AND p.due_at <= statement_timestamp()
          AND p.partition_no = ANY (?::smallint[])
        ORDER BY p.due_at, p.seq
        LIMIT ?) p
      """;

  private final Sql sql;

  PostgreSqlParked(Sql sql) {
    this.sql = sql;
  }

  @Override
  public List<Lease> hold(Connection connection, Collection<Lease> leases) throws SQLException {
    List<Lease> sorted = LeaseStatements.sorted(leases);
    try (PreparedStatement turn = prepare(connection, sql.of(TAKE_TURNS))) {
      new ArrayParameters(turn).add("integer", sorted, Lease::partition);
      turn.execute();
    }
    List<Lease> lost = new ArrayList<>(sorted);
    try (PreparedStatement lock = prepare(connection, sql.of(HOLD))) {
      PostgreSqlLeases.addLeases(new ArrayParameters(lock), sorted);
      lost.removeAll(LeaseReader.leases(lock));
    }
    return lost;
  }

  @Override
  public void park(Connection connection, List<Parking> rows) throws SQLException {
    run(connection, PARK, rows);
  }

  @Override
  public void repark(Connection connection, List<Parking> rows) throws SQLException {
    run(connection, REPARK, rows);
  }

  private void run(Connection connection, String text, List<Parking> rows) throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql.of(text))) {
      ArrayParameters arrays = new ArrayParameters(statement);
      arrays.addIds(rows, Parking::id);
      arrays.add("text", rows, parking -> parking.state().name());
      arrays.add("bigint", rows, PostgreSqlParked::delay);
      arrays.add("integer", rows, Parking::attempts);
      arrays.add("text", rows, parking -> ParkedStatements.error(parking));
      statement.executeUpdate();
    }
  }

  private static @Nullable Long delay(Parking parking) {
    return parking.state() == ParkedState.RETRYING ? micros(parking.delay()) : null;
  }

  @Override
  public void remove(Connection connection, List<RowId> rows) throws SQLException {
    try (PreparedStatement delete = prepare(connection, sql.of(REMOVE))) {
      new ArrayParameters(delete).addIds(rows, id -> id);
      delete.executeUpdate();
    }
  }

  @Override
  public Set<OrderedKey> letGo(Connection connection, List<OrderedKey> keys) throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql.of(LET_GO))) {
      ArrayParameters arrays = new ArrayParameters(statement);
      addLanes(arrays, keys.stream().map(OrderedKey::lane).toList());
      arrays.add("text", keys, OrderedKey::key);
      return keys(statement);
    }
  }

  @Override
  public Set<OrderedKey> open(Connection connection, List<OrderedLane> lanes) throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql.of(OPEN))) {
      addLanes(new ArrayParameters(statement), lanes);
      return keys(statement);
    }
  }

  private static void addLanes(ArrayParameters arrays, List<OrderedLane> lanes)
      throws SQLException {
    arrays.add("text", lanes, each -> each.lane().destination());
    arrays.add("smallint", lanes, each -> each.lane().partition());
    arrays.add("bool", lanes, OrderedLane::deadBlocks);
  }

  private static Set<OrderedKey> keys(PreparedStatement statement) throws SQLException {
    try (ResultSet results = statement.executeQuery()) {
      Set<OrderedKey> keys = new HashSet<>();
      while (results.next()) {
        Lane lane = new Lane(results.getString("destination"), results.getInt("partition_no"));
        OrderedLane ordered = new OrderedLane(lane, results.getBoolean("dead_blocks"));
        keys.add(new OrderedKey(ordered, results.getString("message_key")));
      }
      return keys;
    }
  }

  @Override
  public List<Due> due(Connection connection, DueQuery query) throws SQLException {
    try (PreparedStatement select = prepare(connection, sql.of(DUE))) {
      ArrayParameters arrays = new ArrayParameters(select);
      arrays.add("text", query.destinations(), destination -> destination);
      select.setInt(arrays.next(), query.maxInline());
      arrays.add("smallint", List.copyOf(query.partitions()), partition -> partition);
      select.setInt(arrays.next(), query.limit());
      select.setFetchSize(0);
      try (ResultSet results = select.executeQuery()) {
        List<Due> due = new ArrayList<>();
        while (results.next()) {
          due.add(due(results));
        }
        return due;
      }
    }
  }

  private static Due due(ResultSet results) throws SQLException {
    return new Due(
        RowReader.row(results),
        results.getBoolean("ordered"),
        results.getInt("attempts"),
        Optional.ofNullable(results.getString("mark")).map(Mark::valueOf));
  }
}
