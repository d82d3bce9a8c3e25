package dev.mailroom.outbox.jdbc;

import dev.mailroom.relay.LeaseStore.Holding;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.Presence;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** What a dialect says about {@code outbox_relay} and {@code outbox_partition}. */
interface LeaseRows {

  /** Makes the transaction fail, rather than last, when something is in its way. */
  void hurry(Connection connection) throws SQLException;

  List<Presence> relays(Connection connection, Duration lease) throws SQLException;

  List<Holding> partitions(Connection connection) throws SQLException;

  void show(Connection connection, UUID relay) throws SQLException;

  void renew(Connection connection, Duration lease, List<Lease> held) throws SQLException;

  void strikeOff(Connection connection, Duration notSeenFor) throws SQLException;

  /** Takes those that are still as seen, with the next epoch. */
  List<Lease> take(Connection connection, UUID relay, Duration lease, List<Holding> seen)
      throws SQLException;

  void release(Connection connection, List<Lease> leases) throws SQLException;

  void leave(Connection connection, UUID relay) throws SQLException;
}
