package dev.mailroom.outbox.jdbc;

import static dev.mailroom.outbox.jdbc.PostgreSql.micros;
import static dev.mailroom.outbox.jdbc.PostgreSql.prepare;

import dev.mailroom.relay.LeaseStore.Holding;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.Presence;
import dev.mailroom.relay.LeaseStore.Roll;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The statements about leases. Rows of outbox_partition are locked in ascending order before they
 * are changed, so that nobody waits in a circle.
 */
final class PostgreSqlLeases implements LeaseStatements {

  private static final String RELAYS =
      """
      SELECT instance_id, seen_at,
             seen_at > clock_timestamp() - ? * interval '1 microsecond' AS fresh
      FROM outbox_relay ORDER BY instance_id
      """;

  private static final String PARTITIONS =
      """
      SELECT partition_no, owner, epoch, lease_until,
             owner IS NULL OR lease_until <= clock_timestamp() AS expired
      FROM outbox_partition ORDER BY partition_no
      """;

  private static final String SHOW =
      """
      INSERT INTO outbox_relay (instance_id) VALUES (?)
      ON CONFLICT (instance_id) DO UPDATE SET seen_at = clock_timestamp()
      """;

  private static final String HELD =
      """
      WITH held AS MATERIALIZED (
        SELECT p.partition_no
        FROM outbox_partition p
        JOIN unnest(?::smallint[], ?::uuid[], ?::bigint[]) AS l(partition_no, owner, epoch)
          ON p.partition_no = l.partition_no AND p.owner = l.owner AND p.epoch = l.epoch
        ORDER BY p.partition_no
        FOR NO KEY UPDATE OF p)
      """;

  private static final String RENEW =
      HELD
          + """
      UPDATE outbox_partition p
      SET lease_until = clock_timestamp() + ? * interval '1 microsecond'
      FROM held WHERE p.partition_no = held.partition_no
      """;

  private static final String RELEASE =
      HELD
          + """
      UPDATE outbox_partition p SET owner = NULL, lease_until = clock_timestamp()
      FROM held WHERE p.partition_no = held.partition_no
      """;

  /** Whose row is locked is showing itself, and not to be waited for. */
  private static final String FORGET =
      """
      WITH unseen AS MATERIALIZED (
        SELECT instance_id FROM outbox_relay
        WHERE seen_at < clock_timestamp() - ? * interval '1 microsecond'
        FOR UPDATE SKIP LOCKED)
      DELETE FROM outbox_relay r USING unseen WHERE r.instance_id = unseen.instance_id
      """;

  /** The strongest lock: it waits for those who act on the lease that ends here. */
  private static final String LOCK_AS_SEEN =
      """
      SELECT p.partition_no
      FROM outbox_partition p
      JOIN unnest(?::smallint[], ?::uuid[], ?::bigint[], ?::timestamptz[])
        AS s(partition_no, owner, epoch, lease_until)
        ON p.partition_no = s.partition_no AND p.owner IS NOT DISTINCT FROM s.owner
          AND p.epoch = s.epoch AND p.lease_until = s.lease_until
      ORDER BY p.partition_no
      FOR UPDATE OF p
      """;

  private static final String TAKE =
      """
      UPDATE outbox_partition p
      SET owner = ?, epoch = epoch + 1,
          lease_until = clock_timestamp() + ? * interval '1 microsecond'
      WHERE partition_no = ANY (?::smallint[])
      RETURNING partition_no, owner, epoch
      """;

  private static final String STRIKE_OFF = "DELETE FROM outbox_relay WHERE instance_id = ?";

  private static final String HELD_BY =
      """
      SELECT partition_no, owner, epoch FROM outbox_partition WHERE owner = ?
      """;

  private final Sql sql;

  PostgreSqlLeases(Sql sql) {
    this.sql = sql;
  }

  @Override
  public Roll roll(Connection connection, Duration lease) throws SQLException {
    return new Roll(relays(connection, lease), partitions(connection));
  }

  private List<Presence> relays(Connection connection, Duration lease) throws SQLException {
    try (PreparedStatement select = prepare(connection, sql.of(RELAYS))) {
      select.setLong(1, micros(lease));
      return LeaseReader.relays(select, RowReader.ZONED);
    }
  }

  private List<Holding> partitions(Connection connection) throws SQLException {
    try (PreparedStatement select = prepare(connection, sql.of(PARTITIONS))) {
      return LeaseReader.partitions(select, RowReader.ZONED);
    }
  }

  @Override
  public void show(Connection connection, UUID relay) throws SQLException {
    try (PreparedStatement insert = prepare(connection, sql.of(SHOW))) {
      insert.setObject(1, relay);
      insert.executeUpdate();
    }
  }

  @Override
  public void renew(Connection connection, Duration lease, List<Lease> held) throws SQLException {
    try (PreparedStatement update = prepare(connection, sql.of(RENEW))) {
      ArrayParameters arrays = new ArrayParameters(update);
      addLeases(arrays, held);
      update.setLong(arrays.next(), micros(lease));
      update.executeUpdate();
    }
  }

  @Override
  public void forget(Connection connection, Duration unseen) throws SQLException {
    try (PreparedStatement delete = prepare(connection, sql.of(FORGET))) {
      delete.setLong(1, micros(unseen));
      delete.executeUpdate();
    }
  }

  @Override
  public List<Lease> take(Connection connection, UUID relay, Duration lease, List<Holding> seen)
      throws SQLException {
    List<Integer> free = lockAsSeen(connection, seen);
    try (PreparedStatement update = prepare(connection, sql.of(TAKE))) {
      ArrayParameters arrays = new ArrayParameters(update);
      update.setObject(arrays.next(), relay);
      update.setLong(arrays.next(), micros(lease));
      arrays.add("smallint", free, partition -> partition);
      return LeaseReader.leases(update);
    }
  }

  private List<Integer> lockAsSeen(Connection connection, List<Holding> seen) throws SQLException {
    try (PreparedStatement lock = prepare(connection, sql.of(LOCK_AS_SEEN))) {
      ArrayParameters arrays = new ArrayParameters(lock);
      arrays.add("smallint", seen, Holding::partition);
      arrays.add("uuid", seen, holding -> holding.owner().orElse(null));
      arrays.add("bigint", seen, Holding::epoch);
      arrays.add("timestamptz", seen, holding -> holding.leaseUntil().atOffset(ZoneOffset.UTC));
      try (ResultSet results = lock.executeQuery()) {
        List<Integer> partitions = new ArrayList<>();
        while (results.next()) {
          partitions.add(results.getInt(1));
        }
        return partitions;
      }
    }
  }

  @Override
  public void release(Connection connection, List<Lease> leases) throws SQLException {
    try (PreparedStatement update = prepare(connection, sql.of(RELEASE))) {
      addLeases(new ArrayParameters(update), leases);
      update.executeUpdate();
    }
  }

  @Override
  public void leave(Connection connection, UUID relay) throws SQLException {
    try (PreparedStatement delete = prepare(connection, sql.of(STRIKE_OFF))) {
      delete.setObject(1, relay);
      delete.executeUpdate();
    }
    try (PreparedStatement select = prepare(connection, sql.of(HELD_BY))) {
      select.setObject(1, relay);
      release(connection, LeaseStatements.sorted(LeaseReader.leases(select)));
    }
  }

  static void addLeases(ArrayParameters arrays, List<Lease> leases) throws SQLException {
    arrays.add("smallint", leases, Lease::partition);
    arrays.add("uuid", leases, Lease::owner);
    arrays.add("bigint", leases, Lease::epoch);
  }
}
