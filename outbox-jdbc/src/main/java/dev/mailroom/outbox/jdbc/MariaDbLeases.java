package dev.mailroom.outbox.jdbc;

import static dev.mailroom.outbox.jdbc.MariaDb.micros;
import static dev.mailroom.outbox.jdbc.MariaDb.time;

import dev.mailroom.relay.LeaseStore.Holding;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.Presence;
import dev.mailroom.relay.LeaseStore.Roll;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The statements about leases. Rows are locked in ascending order, so that nobody waits in a
 * circle. InnoDB knows no row lock that lets an update of the row pass by; so whoever settles or
 * takes a partition locks its turn, and renewals, which change the partition only, wait for
 * neither.
 */
final class MariaDbLeases implements LeaseStatements {

  private static final String RELAYS =
      """
      SELECT instance_id, seen_at, seen_at > UTC_TIMESTAMP(6) - INTERVAL ? MICROSECOND AS fresh
      FROM outbox_relay ORDER BY instance_id
      """;

  private static final String PARTITIONS =
      """
      SELECT partition_no, owner, epoch, lease_until,
             owner IS NULL OR lease_until <= UTC_TIMESTAMP(6) AS expired
      FROM outbox_partition ORDER BY partition_no
      """;

  private static final String SHOW =
      """
      INSERT INTO outbox_relay (instance_id) VALUES (?)
      ON DUPLICATE KEY UPDATE seen_at = UTC_TIMESTAMP(6)
      """;

  private static final String RENEW =
      """
      UPDATE outbox_partition SET lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND
      WHERE partition_no = ? AND owner = ? AND epoch = ?
      """;

  private static final String RELEASE =
      """
      UPDATE outbox_partition SET owner = NULL, lease_until = UTC_TIMESTAMP(6)
      WHERE partition_no = ? AND owner = ? AND epoch = ?
      """;

  private static final String LOCK_UNSEEN =
      """
      SELECT instance_id FROM outbox_relay WHERE instance_id = ? FOR UPDATE SKIP LOCKED
      """;

  private static final String FORGET =
      """
      DELETE FROM outbox_relay
      WHERE instance_id = ? AND seen_at < UTC_TIMESTAMP(6) - INTERVAL ? MICROSECOND
      """;

  private static final String TAKE_TURNS =
      """
      SELECT number FROM outbox_lock FORCE INDEX (PRIMARY)
      WHERE purpose = 'TURN' AND number IN (%s)
      ORDER BY number FOR UPDATE
      """;

  private static final String TAKE =
      """
      UPDATE outbox_partition
      SET owner = ?, epoch = epoch + 1, lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND
      WHERE partition_no = ? AND owner <=> ? AND epoch = ? AND lease_until = ?
      """;

  private static final String STRIKE_OFF = "DELETE FROM outbox_relay WHERE instance_id = ?";

  private static final String HELD_BY =
      """
      SELECT partition_no, owner, epoch FROM outbox_partition WHERE owner = ?
      """;

  private static final String HELD =
      """
      SELECT partition_no, owner, epoch FROM outbox_partition WHERE owner IS NOT NULL
      """;

  private final Sql sql;

  MariaDbLeases(Sql sql) {
    this.sql = sql;
  }

  @Override
  public Roll roll(Connection connection, Duration lease) throws SQLException {
    return new Roll(relays(connection, lease), partitions(connection));
  }

  private List<Presence> relays(Connection connection, Duration lease) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql.of(RELAYS))) {
      select.setLong(1, micros(lease));
      return LeaseReader.relays(select, MariaDb::time);
    }
  }

  private List<Holding> partitions(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql.of(PARTITIONS))) {
      return LeaseReader.partitions(select, MariaDb::time);
    }
  }

  @Override
  public void show(Connection connection, UUID relay) throws SQLException {
    update(connection, SHOW, relay.toString());
  }

  @Override
  public void renew(Connection connection, Duration lease, List<Lease> held) throws SQLException {
    for (Lease each : held) {
      update(connection, RENEW, micros(lease), each.partition(), owner(each), each.epoch());
    }
  }

  /**
   * One by one: a deletion that looks for its rows locks all others, too, and so would wait for
   * every relay that is showing itself, even one that stands still or waits for this one.
   */
  @Override
  public void forget(Connection connection, Duration unseen) throws SQLException {
    for (Presence each : relays(connection, unseen)) {
      if (!each.fresh() && locked(connection, each.relay())) {
        update(connection, FORGET, each.relay().toString(), micros(unseen));
      }
    }
  }

  /** Not if it is showing itself just now. */
  private boolean locked(Connection connection, UUID relay) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql.of(LOCK_UNSEEN))) {
      select.setString(1, relay.toString());
      try (ResultSet results = select.executeQuery()) {
        return results.next();
      }
    }
  }

  @Override
  public List<Lease> take(Connection connection, UUID relay, Duration lease, List<Holding> seen)
      throws SQLException {
    takeTurns(connection, sql, seen.stream().map(Holding::partition).toList());
    List<Lease> taken = new ArrayList<>();
    for (Holding each : seen) {
      int changed =
          update(
              connection,
              TAKE,
              relay.toString(),
              micros(lease),
              each.partition(),
              each.owner().map(UUID::toString).orElse(null),
              each.epoch(),
              time(each.leaseUntil()));
      if (changed == 1) {
        taken.add(new Lease(each.partition(), relay, each.epoch() + 1));
      }
    }
    return taken;
  }

  @Override
  public void release(Connection connection, List<Lease> leases) throws SQLException {
    for (Lease each : leases) {
      update(connection, RELEASE, each.partition(), owner(each), each.epoch());
    }
  }

  @Override
  public void leave(Connection connection, UUID relay) throws SQLException {
    update(connection, STRIKE_OFF, relay.toString());
    try (PreparedStatement select = connection.prepareStatement(sql.of(HELD_BY))) {
      select.setString(1, relay.toString());
      release(connection, LeaseStatements.sorted(LeaseReader.leases(select)));
    }
  }

  private static String owner(Lease lease) {
    return lease.owner().toString();
  }

  private int update(Connection connection, String text, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql.of(text))) {
      for (int i = 0; i < values.length; i++) {
        update.setObject(i + 1, values[i]);
      }
      return update.executeUpdate();
    }
  }

  /** Until the transaction ends nobody else settles or takes these partitions, which are sorted. */
  static void takeTurns(Connection connection, Sql sql, Collection<Integer> partitions)
      throws SQLException {
    if (partitions.isEmpty()) {
      return;
    }
    String marks = String.join(", ", Collections.nCopies(partitions.size(), "?"));
    try (PreparedStatement lock =
        connection.prepareStatement(sql.of(TAKE_TURNS.formatted(marks)))) {
      int last = 0;
      for (int partition : partitions) {
        lock.setInt(++last, partition);
      }
      lock.executeQuery().close();
    }
  }

  /** All leases; stable only for those whose turn was taken. */
  static List<Lease> held(Connection connection, Sql sql) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql.of(HELD))) {
      return LeaseReader.leases(select);
    }
  }
}
