package dev.mailroom.outbox.jdbc;

import dev.mailroom.relay.LeaseStore.Holding;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.Presence;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Leases on PostgreSQL. */
final class PostgreSqlLeaseRows implements LeaseRows {

  private static final String HURRY =
      """
      SELECT set_config('lock_timeout', '1s', true), set_config('statement_timeout', '2s', true),
             set_config('idle_in_transaction_session_timeout', '5s', true)
      """;

  private static final String RELAYS =
      """
      SELECT instance_id, seen_at, seen_at > clock_timestamp() - ? * interval '1 microsecond'
      FROM outbox_relay
      ORDER BY instance_id
      """;

  private static final String PARTITIONS =
      """
      SELECT partition_no, owner, epoch, greatest(lease_until, 'epoch'::timestamptz),
             owner IS NULL OR lease_until <= clock_timestamp()
      FROM outbox_partition
      ORDER BY partition_no
      """;

  private static final String SHOW =
      """
      INSERT INTO outbox_relay (instance_id) VALUES (?)
      ON CONFLICT (instance_id) DO UPDATE SET seen_at = clock_timestamp()
      """;

  private static final String RENEW =
      """
      UPDATE outbox_partition p
      SET lease_until = clock_timestamp() + ? * interval '1 microsecond'
      FROM unnest(?::smallint[], ?::uuid[], ?::bigint[]) AS l(partition_no, owner, epoch)
      WHERE p.partition_no = l.partition_no AND p.owner = l.owner AND p.epoch = l.epoch
      """;

  private static final String STRIKE_OFF =
      """
      DELETE FROM outbox_relay
      WHERE seen_at < clock_timestamp() - ? * interval '1 microsecond'
      """;

  /** Only what is still as it was seen: a renewal in between changes lease_until. */
  private static final String TAKE =
      """
      UPDATE outbox_partition p
      SET owner = ?, epoch = p.epoch + 1,
          lease_until = clock_timestamp() + ? * interval '1 microsecond'
      FROM unnest(?::smallint[], ?::uuid[], ?::bigint[], ?::timestamptz[])
        AS s(partition_no, owner, epoch, lease_until)
      WHERE p.partition_no = s.partition_no AND p.epoch = s.epoch
        AND p.owner IS NOT DISTINCT FROM s.owner
        AND greatest(p.lease_until, 'epoch'::timestamptz) = s.lease_until
      RETURNING p.partition_no, p.epoch
      """;

  private static final String RELEASE =
      """
      UPDATE outbox_partition p
      SET owner = NULL
      FROM unnest(?::smallint[], ?::uuid[], ?::bigint[]) AS l(partition_no, owner, epoch)
      WHERE p.partition_no = l.partition_no AND p.owner = l.owner AND p.epoch = l.epoch
      """;

  private static final String RELEASE_ALL =
      """
      UPDATE outbox_partition SET owner = NULL WHERE owner = ?
      """;

  private static final String LEAVE =
      """
      DELETE FROM outbox_relay WHERE instance_id = ?
      """;

  @Override
  public void hurry(Connection connection) throws SQLException {
    try (PreparedStatement set = connection.prepareStatement(HURRY)) {
      set.execute();
    }
  }

  @Override
  public List<Presence> relays(Connection connection, Duration lease) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(RELAYS)) {
      select.setLong(1, micros(lease));
      List<Presence> relays = new ArrayList<>();
      try (ResultSet results = select.executeQuery()) {
        while (results.next()) {
          relays.add(
              new Presence(
                  results.getObject(1, UUID.class), instant(results, 2), results.getBoolean(3)));
        }
      }
      return relays;
    }
  }

  @Override
  public List<Holding> partitions(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(PARTITIONS);
        ResultSet results = select.executeQuery()) {
      List<Holding> partitions = new ArrayList<>();
      while (results.next()) {
        partitions.add(
            new Holding(
                results.getInt(1),
                Optional.ofNullable(results.getObject(2, UUID.class)),
                results.getLong(3),
                instant(results, 4),
                results.getBoolean(5)));
      }
      return partitions;
    }
  }

  @Override
  public void show(Connection connection, UUID relay) throws SQLException {
    try (PreparedStatement upsert = connection.prepareStatement(SHOW)) {
      upsert.setObject(1, relay);
      upsert.executeUpdate();
    }
  }

  @Override
  public void renew(Connection connection, Duration lease, List<Lease> held) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(RENEW)) {
      Arrays arrays = new Arrays(update);
      update.setLong(arrays.next(), micros(lease));
      addLeases(arrays, held);
      update.executeUpdate();
    }
  }

  @Override
  public void strikeOff(Connection connection, Duration notSeenFor) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(STRIKE_OFF)) {
      delete.setLong(1, micros(notSeenFor));
      delete.executeUpdate();
    }
  }

  @Override
  public List<Lease> take(Connection connection, UUID relay, Duration lease, List<Holding> seen)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(TAKE)) {
      Arrays arrays = new Arrays(update);
      update.setObject(arrays.next(), relay);
      update.setLong(arrays.next(), micros(lease));
      arrays.add("smallint", seen, Holding::partition);
      arrays.add("uuid", seen, holding -> holding.owner().orElse(null));
      arrays.add("bigint", seen, Holding::epoch);
      arrays.add("timestamptz", seen, holding -> holding.leaseUntil().atOffset(ZoneOffset.UTC));
      List<Lease> taken = new ArrayList<>();
      try (ResultSet results = update.executeQuery()) {
        while (results.next()) {
          taken.add(new Lease(results.getInt(1), relay, results.getLong(2)));
        }
      }
      return taken;
    }
  }

  @Override
  public void release(Connection connection, List<Lease> leases) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(RELEASE)) {
      addLeases(new Arrays(update), leases);
      update.executeUpdate();
    }
  }

  @Override
  public void leave(Connection connection, UUID relay) throws SQLException {
    for (String sql : List.of(RELEASE_ALL, LEAVE)) {
      try (PreparedStatement change = connection.prepareStatement(sql)) {
        change.setObject(1, relay);
        change.executeUpdate();
      }
    }
  }

  private static void addLeases(Arrays arrays, List<Lease> leases) throws SQLException {
    arrays.add("smallint", leases, Lease::partition);
    arrays.add("uuid", leases, Lease::owner);
    arrays.add("bigint", leases, Lease::epoch);
  }

  private static Instant instant(ResultSet results, int column) throws SQLException {
    return results.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static long micros(Duration duration) {
    return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
  }
}
