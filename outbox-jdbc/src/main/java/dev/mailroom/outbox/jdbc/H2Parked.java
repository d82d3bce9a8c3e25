package dev.mailroom.outbox.jdbc;

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
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The statements about parked rows. Those that write are run by the owner of the partitions. */
final class H2Parked implements ParkedStatements {

  private static final String HOLD =
      """
      SELECT partition_no FROM outbox_partition WHERE partition_no = ? AND owner = ? AND epoch = ?
      """;

  private static final String PARK =
      """
      INSERT INTO outbox_parked
        (destination, seq, message_id, message_key, message_type, headers, payload, created_at,
         state, act_at, attempts, last_error)
      SELECT destination, seq, message_id, message_key, message_type, headers, payload, created_at,
             CAST(? AS varchar),
             DATEADD(MICROSECOND, CAST(? AS bigint), CURRENT_TIMESTAMP(6)),
             CAST(? AS int), CAST(? AS varchar)
      FROM outbox_message m
      WHERE destination = ? AND partition_no = ? AND seq = ? AND message_id = ?
        AND NOT EXISTS (
          SELECT 1 FROM outbox_parked p
          WHERE p.destination = m.destination AND p.partition_no = m.partition_no
            AND p.seq = m.seq AND p.message_id = m.message_id)
      """;

  private static final String DELETE =
      """
      DELETE FROM outbox_message
      WHERE destination = ? AND partition_no = ? AND seq = ? AND message_id = ?
      """;

  private static final String REPARK =
      """
      UPDATE outbox_parked
      SET state = ?, act_at = DATEADD(MICROSECOND, CAST(? AS bigint), CURRENT_TIMESTAMP(6)),
          attempts = ?, last_error = ?, parked_at = CURRENT_TIMESTAMP(6), mark = NULL
      WHERE destination = ? AND partition_no = ? AND seq = ? AND message_id = ?
      """;

  private static final String REMOVE =
      """
      DELETE FROM outbox_parked
      WHERE destination = ? AND partition_no = ? AND seq = ? AND message_id = ?
      """;

  private static final String FIRST_OF_KEY =
      """
      SELECT seq, message_id, state FROM outbox_parked
      WHERE destination = ? AND partition_no = ? AND message_key = ? AND deliver_at IS NULL
        AND (? OR state <> 'DEAD')
      ORDER BY seq LIMIT 1
      """;

  private static final String KEYS =
      """
      SELECT DISTINCT message_key FROM outbox_parked
      WHERE destination = ? AND partition_no = ? AND message_key IS NOT NULL
        AND deliver_at IS NULL AND (? OR state <> 'DEAD')
      """;

  private static final String FREE =
      """
      UPDATE outbox_parked SET state = 'RETRYING', act_at = CURRENT_TIMESTAMP(6)
      WHERE destination = ? AND partition_no = ? AND seq = ? AND message_id = ?
      """;

  private static final String DUE =
      """
      SELECT r.*, CASE WHEN r.inline THEN r.all_headers END AS headers,
             CASE WHEN r.inline THEN r.all_payload END AS payload
      FROM (
        SELECT destination, partition_no, seq, message_id, message_key, message_type, created_at,
               headers AS all_headers, payload AS all_payload,
               OCTET_LENGTH(payload) + COALESCE(OCTET_LENGTH(headers), 0) AS size,
               OCTET_LENGTH(payload) + COALESCE(OCTET_LENGTH(headers), 0) <= ? AS inline,
               deliver_at IS NULL AS ordered, mark, due_at,
               CASE WHEN mark = 'RETRY' THEN 0 ELSE attempts END AS attempts
        FROM outbox_parked
        WHERE destination = ? AND due_at <= CURRENT_TIMESTAMP(6) AND partition_no = ANY (?)
        ORDER BY due_at, seq
        LIMIT ?) r
      ORDER BY r.due_at, r.seq
      """;

  private final Sql sql;
  private final H2Turns turns;

  H2Parked(Sql sql, H2Turns turns) {
    this.sql = sql;
    this.turns = turns;
  }

  private PreparedStatement prepare(Connection connection, String text) throws SQLException {
    return connection.prepareStatement(sql.of(text));
  }

  @Override
  public List<Lease> hold(Connection connection, Collection<Lease> leases) throws SQLException {
    turns.take(
        connection,
        "TURN",
        leases.stream().map(Lease::partition).collect(Collectors.toCollection(TreeSet::new)));
    List<Lease> lost = new ArrayList<>();
    try (PreparedStatement select = prepare(connection, HOLD)) {
      for (Lease lease : LeaseStatements.sorted(leases)) {
        H2Leases.setLease(select, 0, lease);
        if (!hasRow(select)) {
          lost.add(lease);
        }
      }
    }
    return lost;
  }

  private static boolean hasRow(PreparedStatement select) throws SQLException {
    try (ResultSet results = select.executeQuery()) {
      return results.next();
    }
  }

  @Override
  public void park(Connection connection, List<Parking> rows) throws SQLException {
    run(connection, PARK, rows);
    H2Hot.delete(connection, sql.of(DELETE), rows.stream().map(Parking::id).toList());
  }

  @Override
  public void repark(Connection connection, List<Parking> rows) throws SQLException {
    run(connection, REPARK, rows);
  }

  private void run(Connection connection, String text, List<Parking> rows) throws SQLException {
    try (PreparedStatement statement = prepare(connection, text)) {
      for (Parking row : rows) {
        statement.setString(1, row.state().name());
        if (row.state() == ParkedState.RETRYING) {
          statement.setLong(2, row.delay().toNanos() / 1_000);
        } else {
          statement.setNull(2, Types.BIGINT);
        }
        statement.setInt(3, row.attempts());
        statement.setString(4, ParkedStatements.error(row));
        H2Hot.setId(statement, 4, row.id());
        statement.executeUpdate();
      }
    }
  }

  @Override
  public void remove(Connection connection, List<RowId> rows) throws SQLException {
    H2Hot.delete(connection, sql.of(REMOVE), rows);
  }

  @Override
  public Set<OrderedKey> letGo(Connection connection, List<OrderedKey> keys) throws SQLException {
    Set<OrderedKey> free = new HashSet<>();
    for (OrderedKey key : keys) {
      if (!freeFirst(connection, key)) {
        free.add(key);
      }
    }
    return free;
  }

  /** Whether there is a first row; if it is a blocked one, it goes. */
  private boolean freeFirst(Connection connection, OrderedKey key) throws SQLException {
    try (PreparedStatement select = prepare(connection, FIRST_OF_KEY)) {
      select.setString(1, key.lane().lane().destination());
      select.setInt(2, key.lane().lane().partition());
      select.setString(3, key.key());
      select.setBoolean(4, key.lane().deadBlocks());
      try (ResultSet first = select.executeQuery()) {
        if (!first.next()) {
          return false;
        }
        if (first.getString("state").equals(ParkedState.BLOCKED.name())) {
          free(connection, key, first);
        }
        return true;
      }
    }
  }

  private void free(Connection connection, OrderedKey key, ResultSet row) throws SQLException {
    try (PreparedStatement update = prepare(connection, FREE)) {
      update.setString(1, key.lane().lane().destination());
      update.setInt(2, key.lane().lane().partition());
      update.setLong(3, row.getLong("seq"));
      update.setObject(4, row.getObject("message_id"));
      update.executeUpdate();
    }
  }

  @Override
  public Set<OrderedKey> open(Connection connection, List<OrderedLane> lanes) throws SQLException {
    Set<OrderedKey> keys = new HashSet<>();
    try (PreparedStatement select = prepare(connection, KEYS)) {
      for (OrderedLane lane : lanes) {
        select.setString(1, lane.lane().destination());
        select.setInt(2, lane.lane().partition());
        select.setBoolean(3, lane.deadBlocks());
        try (ResultSet results = select.executeQuery()) {
          while (results.next()) {
            keys.add(new OrderedKey(lane, results.getString(1)));
          }
        }
      }
    }
    letGo(connection, List.copyOf(keys));
    return keys;
  }

  @Override
  public List<Due> due(Connection connection, DueQuery query) throws SQLException {
    List<Due> due = new ArrayList<>();
    try (PreparedStatement select = prepare(connection, DUE)) {
      for (String destination : query.destinations()) {
        select.setInt(1, query.maxInline());
        select.setString(2, destination);
        select.setObject(3, query.partitions().toArray(Integer[]::new));
        select.setInt(4, query.limit());
        try (ResultSet results = select.executeQuery()) {
          while (results.next()) {
            due.add(due(results));
          }
        }
      }
    }
    return due;
  }

  private static Due due(ResultSet results) throws SQLException {
    return new Due(
        RowReader.row(results),
        results.getBoolean("ordered"),
        results.getInt("attempts"),
        Optional.ofNullable(results.getString("mark")).map(Mark::valueOf));
  }
}
