package dev.mailroom.outbox.jdbc;

import dev.mailroom.relay.LeaseStore.Holding;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.Presence;
import dev.mailroom.relay.LeaseStore.Roll;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/** The statements about leases. Rows of outbox_partition are changed in ascending order. */
final class H2Leases implements LeaseStatements {

  private static final String RELAYS =
      """
      SELECT instance_id, seen_at,
             seen_at > DATEADD(MICROSECOND, -CAST(? AS bigint), CURRENT_TIMESTAMP(6)) AS fresh
      FROM outbox_relay ORDER BY instance_id
      """;

  private static final String PARTITIONS =
      """
      SELECT partition_no, owner, epoch, lease_until,
             owner IS NULL OR lease_until <= CURRENT_TIMESTAMP(6) AS expired
      FROM outbox_partition ORDER BY partition_no
      """;

  private static final String SHOW =
      """
      MERGE INTO outbox_relay r USING (SELECT CAST(? AS uuid) AS instance_id) s
        ON r.instance_id = s.instance_id
      WHEN MATCHED THEN UPDATE SET seen_at = CURRENT_TIMESTAMP(6)
      WHEN NOT MATCHED THEN INSERT (instance_id) VALUES (s.instance_id)
      """;

  private static final String RENEW =
      """
      UPDATE outbox_partition
      SET lease_until = DATEADD(MICROSECOND, CAST(? AS bigint), CURRENT_TIMESTAMP(6))
      WHERE partition_no = ? AND owner = ? AND epoch = ?
      """;

  private static final String RELEASE =
      """
      UPDATE outbox_partition SET owner = NULL, lease_until = CURRENT_TIMESTAMP(6)
      WHERE partition_no = ? AND owner = ? AND epoch = ?
      """;

  private static final String FORGET =
      """
      DELETE FROM outbox_relay
      WHERE seen_at < DATEADD(MICROSECOND, -CAST(? AS bigint), CURRENT_TIMESTAMP(6))
      """;

  private static final String TAKE =
      """
      UPDATE outbox_partition
      SET owner = ?, epoch = epoch + 1,
          lease_until = DATEADD(MICROSECOND, CAST(? AS bigint), CURRENT_TIMESTAMP(6))
      WHERE partition_no = ? AND owner IS NOT DISTINCT FROM CAST(? AS uuid) AND epoch = ?
        AND lease_until = ?
      """;

  private static final String STRIKE_OFF = "DELETE FROM outbox_relay WHERE instance_id = ?";

  private static final String HELD_BY =
      """
      SELECT partition_no, owner, epoch FROM outbox_partition WHERE owner = ?
      ORDER BY partition_no
      """;

  private final Sql sql;
  private final H2Turns turns;

  H2Leases(Sql sql, H2Turns turns) {
    this.sql = sql;
    this.turns = turns;
  }

  @Override
  public Roll roll(Connection connection, Duration lease) throws SQLException {
    return new Roll(relays(connection, lease), partitions(connection));
  }

  private List<Presence> relays(Connection connection, Duration lease) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql.of(RELAYS))) {
      select.setLong(1, micros(lease));
      return LeaseReader.relays(select, RowReader.ZONED);
    }
  }

  private List<Holding> partitions(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql.of(PARTITIONS))) {
      return LeaseReader.partitions(select, RowReader.ZONED);
    }
  }

  @Override
  public void show(Connection connection, UUID relay) throws SQLException {
    try (PreparedStatement merge = connection.prepareStatement(sql.of(SHOW))) {
      merge.setObject(1, relay);
      merge.executeUpdate();
    }
  }

  @Override
  public void renew(Connection connection, Duration lease, List<Lease> held) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql.of(RENEW))) {
      for (Lease each : held) {
        update.setLong(1, micros(lease));
        setLease(update, 1, each);
        update.executeUpdate();
      }
    }
  }

  @Override
  public void forget(Connection connection, Duration unseen) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(sql.of(FORGET))) {
      delete.setLong(1, micros(unseen));
      delete.executeUpdate();
    }
  }

  /** It waits for those who act on the leases that end here; a renewal does not. */
  @Override
  public List<Lease> take(Connection connection, UUID relay, Duration lease, List<Holding> seen)
      throws SQLException {
    turns.take(
        connection,
        "TURN",
        seen.stream().map(Holding::partition).collect(Collectors.toCollection(TreeSet::new)));
    List<Lease> taken = new ArrayList<>();
    try (PreparedStatement update = connection.prepareStatement(sql.of(TAKE))) {
      for (Holding holding : seen) {
        update.setObject(1, relay);
        update.setLong(2, micros(lease));
        update.setInt(3, holding.partition());
        update.setObject(4, holding.owner().orElse(null));
        update.setLong(5, holding.epoch());
        update.setObject(6, holding.leaseUntil().atOffset(ZoneOffset.UTC));
        if (update.executeUpdate() == 1) {
          taken.add(new Lease(holding.partition(), relay, holding.epoch() + 1));
        }
      }
    }
    return taken;
  }

  @Override
  public void release(Connection connection, List<Lease> leases) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql.of(RELEASE))) {
      for (Lease lease : leases) {
        setLease(update, 0, lease);
        update.executeUpdate();
      }
    }
  }

  @Override
  public void leave(Connection connection, UUID relay) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(sql.of(STRIKE_OFF))) {
      delete.setObject(1, relay);
      delete.executeUpdate();
    }
    try (PreparedStatement select = connection.prepareStatement(sql.of(HELD_BY))) {
      select.setObject(1, relay);
      release(connection, LeaseReader.leases(select));
    }
  }

  static void setLease(PreparedStatement statement, int last, Lease lease) throws SQLException {
    statement.setInt(last + 1, lease.partition());
    statement.setObject(last + 2, lease.owner());
    statement.setLong(last + 3, lease.epoch());
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }
}
