package dev.mailroom.outbox.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore.Due;
import dev.mailroom.relay.OutboxStore.Mark;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.OrderedLane;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** {@code outbox_parked} on PostgreSQL. */
final class PostgreSqlParkedRows implements ParkedRows {

  /** Well below any lease; local, so that the next user of the connection has none of it. */
  private static final String HURRY =
      """
      SELECT set_config('lock_timeout', '1s', true), set_config('statement_timeout', '3s', true),
             set_config('idle_in_transaction_session_timeout', '5s', true)
      """;

  /** A takeover changes the row, and so waits for this transaction, or is seen by it. */
  private static final String HOLD =
      """
      SELECT p.partition_no
      FROM unnest(?::smallint[], ?::uuid[], ?::bigint[]) AS l(partition_no, owner, epoch)
      JOIN outbox_partition p USING (partition_no, owner, epoch)
      ORDER BY p.partition_no
      FOR SHARE OF p
      """;

  private static final String PARK =
      """
      WITH gone AS (
        DELETE FROM outbox_message m
        USING unnest(?::text[], ?::smallint[], ?::bigint[], ?::uuid[],
                     ?::text[], ?::bigint[], ?::int[], ?::text[])
          AS p(destination, partition_no, seq, message_id, state, delay, attempts, error)
        WHERE m.destination = p.destination AND m.partition_no = p.partition_no AND m.seq = p.seq
          AND m.message_id = p.message_id
        RETURNING m.*, p.state, p.delay, p.attempts, p.error)
      INSERT INTO outbox_parked
        (destination, seq, message_id, message_key, message_type, headers, payload, created_at,
         state, due_at, attempts, last_error)
      SELECT destination, seq, message_id, message_key, message_type, headers, payload, created_at,
             state,
             CASE WHEN state = 'RETRYING'
               THEN clock_timestamp() + delay * interval '1 microsecond' END,
             attempts, error
      FROM gone
      """;

  private static final String REPARK =
      """
      UPDATE outbox_parked p
      SET state = r.state, attempts = r.attempts, last_error = r.error, mark = NULL,
          parked_at = clock_timestamp(),
          due_at = CASE WHEN r.state = 'RETRYING'
            THEN clock_timestamp() + r.delay * interval '1 microsecond' END
      FROM unnest(?::text[], ?::smallint[], ?::bigint[], ?::uuid[],
                  ?::text[], ?::bigint[], ?::int[], ?::text[])
        AS r(destination, partition_no, seq, message_id, state, delay, attempts, error)
      WHERE p.destination = r.destination AND p.partition_no = r.partition_no AND p.seq = r.seq
        AND p.message_id = r.message_id
      """;

  private static final String REMOVE =
      """
      DELETE FROM outbox_parked p
      USING unnest(?::text[], ?::smallint[], ?::bigint[], ?::uuid[])
        AS r(destination, partition_no, seq, message_id)
      WHERE p.destination = r.destination AND p.partition_no = r.partition_no AND p.seq = r.seq
        AND p.message_id = r.message_id
      """;

  /** One probe of the index for each key, however many rows it has. */
  private static final String LET_GO =
      """
      WITH head AS (
        SELECT h.*
        FROM unnest(?::text[], ?::smallint[], ?::text[], ?::boolean[])
          AS k(destination, partition_no, message_key, dead_blocks)
        CROSS JOIN LATERAL (
          SELECT p.destination, p.partition_no, p.seq, p.message_id, p.state
          FROM outbox_parked p
          WHERE p.destination = k.destination AND p.partition_no = k.partition_no
            AND p.message_key = k.message_key AND p.deliver_at IS NULL
            AND (k.dead_blocks OR p.state <> 'DEAD')
          ORDER BY p.seq
          LIMIT 1) h)
      UPDATE outbox_parked p
      SET state = 'RETRYING', due_at = clock_timestamp()
      FROM head h
      WHERE h.state = 'BLOCKED' AND p.destination = h.destination
        AND p.partition_no = h.partition_no AND p.seq = h.seq AND p.message_id = h.message_id
      """;

  private static final String FREE =
      """
      SELECT k.position
      FROM unnest(?::text[], ?::smallint[], ?::text[], ?::boolean[]) WITH ORDINALITY
        AS k(destination, partition_no, message_key, dead_blocks, position)
      WHERE NOT EXISTS (
        SELECT FROM outbox_parked p
        WHERE p.destination = k.destination AND p.partition_no = k.partition_no
          AND p.message_key = k.message_key AND p.deliver_at IS NULL
          AND (k.dead_blocks OR p.state <> 'DEAD'))
      """;

  private static final String LET_GO_ALL =
      """
      WITH head AS (
        SELECT l.position, h.*
        FROM unnest(?::text[], ?::smallint[], ?::boolean[]) WITH ORDINALITY
          AS l(destination, partition_no, dead_blocks, position)
        CROSS JOIN LATERAL (
          SELECT DISTINCT ON (p.message_key)
                 p.destination, p.partition_no, p.message_key, p.seq, p.message_id, p.state
          FROM outbox_parked p
          WHERE p.destination = l.destination AND p.partition_no = l.partition_no
            AND p.message_key IS NOT NULL AND p.deliver_at IS NULL
            AND (l.dead_blocks OR p.state <> 'DEAD')
          ORDER BY p.message_key, p.seq) h),
      gone AS (
        UPDATE outbox_parked p
        SET state = 'RETRYING', due_at = clock_timestamp()
        FROM head h
        WHERE h.state = 'BLOCKED' AND p.destination = h.destination
          AND p.partition_no = h.partition_no AND p.seq = h.seq AND p.message_id = h.message_id)
      SELECT position, message_key FROM head
      """;

  /** The time of the statement is fixed, so that it can bound the walk through the index. */
  private static final String DUE =
      """
      SELECT d.*
      FROM unnest(?::text[]) WITH ORDINALITY AS w(destination, position)
      CROSS JOIN LATERAL (
        SELECT p.destination, p.partition_no, p.seq, p.message_id, p.message_key, p.message_type,
               p.created_at, s.size, s.size <= ? AS inline,
               CASE WHEN s.size <= ? THEN p.headers END AS headers,
               CASE WHEN s.size <= ? THEN p.payload END AS payload,
               p.deliver_at IS NULL AS ordered, p.mark,
               CASE WHEN p.mark = 'RETRY' THEN 0 ELSE p.attempts END AS attempts
        FROM outbox_parked p
        CROSS JOIN LATERAL (
          SELECT octet_length(p.payload) + coalesce(octet_length(p.headers), 0) AS size) s
        WHERE p.destination = w.destination AND p.due_at <= statement_timestamp()
          AND p.partition_no = ANY (?::smallint[])
        ORDER BY p.due_at, p.seq
        LIMIT ?) d
      """;

  @Override
  public void hurry(Connection connection) throws SQLException {
    try (PreparedStatement set = connection.prepareStatement(HURRY)) {
      set.execute();
    }
  }

  @Override
  public Set<Integer> hold(Connection connection, List<Lease> leases) throws SQLException {
    try (PreparedStatement lock = PostgreSql.prepare(connection, HOLD)) {
      Arrays arrays = new Arrays(lock);
      arrays.add("smallint", leases, Lease::partition);
      arrays.add("uuid", leases, Lease::owner);
      arrays.add("bigint", leases, Lease::epoch);
      Set<Integer> held = new HashSet<>();
      try (ResultSet results = lock.executeQuery()) {
        while (results.next()) {
          held.add(results.getInt(1));
        }
      }
      return held;
    }
  }

  @Override
  public void park(Connection connection, List<Parking> rows) throws SQLException {
    place(connection, PARK, rows);
  }

  @Override
  public void repark(Connection connection, List<Parking> rows) throws SQLException {
    place(connection, REPARK, rows);
  }

  private static void place(Connection connection, String sql, List<Parking> rows)
      throws SQLException {
    try (PreparedStatement place = PostgreSql.prepare(connection, sql)) {
      Arrays arrays = new Arrays(place);
      arrays.addIds(rows, Parking::id);
      arrays.add("text", rows, parking -> parking.state().name());
      arrays.add(
          "bigint", rows, parking -> TimeUnit.NANOSECONDS.toMicros(parking.delay().toNanos()));
      arrays.add("integer", rows, Parking::attempts);
      arrays.add("text", rows, parking -> storable(parking.error()));
      place.executeUpdate();
    }
  }

  @Override
  public void remove(Connection connection, List<RowId> rows) throws SQLException {
    try (PreparedStatement delete = PostgreSql.prepare(connection, REMOVE)) {
      new Arrays(delete).addIds(rows, id -> id);
      delete.executeUpdate();
    }
  }

  @Override
  public void letGo(Connection connection, List<OrderedKey> keys) throws SQLException {
    try (PreparedStatement update = PostgreSql.prepare(connection, LET_GO)) {
      addKeys(update, keys);
      update.executeUpdate();
    }
  }

  @Override
  public Set<OrderedKey> free(Connection connection, List<OrderedKey> keys) throws SQLException {
    try (PreparedStatement select = PostgreSql.prepare(connection, FREE)) {
      addKeys(select, keys);
      Set<OrderedKey> free = new HashSet<>();
      try (ResultSet results = select.executeQuery()) {
        while (results.next()) {
          free.add(keys.get(results.getInt(1) - 1));
        }
      }
      return free;
    }
  }

  private static void addKeys(PreparedStatement statement, List<OrderedKey> keys)
      throws SQLException {
    Arrays arrays = new Arrays(statement);
    arrays.add("text", keys, key -> key.lane().lane().destination());
    arrays.add("smallint", keys, key -> key.lane().lane().partition());
    arrays.add("text", keys, OrderedKey::key);
    arrays.add("boolean", keys, key -> key.lane().deadBlocks());
  }

  @Override
  public Set<OrderedKey> letGoAll(Connection connection, List<OrderedLane> lanes)
      throws SQLException {
    try (PreparedStatement update = PostgreSql.prepare(connection, LET_GO_ALL)) {
      Arrays arrays = new Arrays(update);
      arrays.add("text", lanes, lane -> lane.lane().destination());
      arrays.add("smallint", lanes, lane -> lane.lane().partition());
      arrays.add("boolean", lanes, OrderedLane::deadBlocks);
      Set<OrderedKey> keys = new HashSet<>();
      try (ResultSet results = update.executeQuery()) {
        while (results.next()) {
          keys.add(new OrderedKey(lanes.get(results.getInt(1) - 1), results.getString(2)));
        }
      }
      return keys;
    }
  }

  @Override
  public List<Due> due(
      Connection connection,
      Set<Integer> partitions,
      List<String> destinations,
      int limit,
      int maxInline)
      throws SQLException {
    try (PreparedStatement select = PostgreSql.prepare(connection, DUE)) {
      Arrays arrays = new Arrays(select);
      arrays.add("text", destinations, name -> name);
      for (int i = 0; i < 3; i++) {
        select.setInt(arrays.next(), maxInline);
      }
      arrays.add("smallint", List.copyOf(partitions), partition -> partition);
      select.setInt(arrays.next(), limit);
      List<Due> due = new ArrayList<>();
      try (ResultSet results = select.executeQuery()) {
        while (results.next()) {
          due.add(due(results));
        }
      }
      return due;
    }
  }

  private static Due due(ResultSet results) throws SQLException {
    return new Due(
        RowReader.row(results),
        results.getBoolean("ordered"),
        results.getInt("attempts"),
        Optional.ofNullable(results.getString("mark")).map(Mark::valueOf));
  }

  /** Brokers may answer what a text column cannot hold: NUL, and halves of a character. */
  private static String storable(String text) {
    return new String(text.getBytes(UTF_8), UTF_8).replace('\0', '\uFFFD');
  }
}
