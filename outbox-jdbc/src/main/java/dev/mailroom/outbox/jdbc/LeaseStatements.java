package dev.mailroom.outbox.jdbc;

import dev.mailroom.relay.LeaseStore.Holding;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.Roll;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** What a relay says about who owns what. Leases and holdings come sorted by partition. */
interface LeaseStatements {

  Roll roll(Connection connection, Duration lease) throws SQLException;

  void show(Connection connection, UUID relay) throws SQLException;

  void renew(Connection connection, Duration lease, List<Lease> held) throws SQLException;

  /** Strikes off the relays that were not seen for so long. */
  void forget(Connection connection, Duration unseen) throws SQLException;

  List<Lease> take(Connection connection, UUID relay, Duration lease, List<Holding> seen)
      throws SQLException;

  void release(Connection connection, List<Lease> leases) throws SQLException;

  void leave(Connection connection, UUID relay) throws SQLException;

  static List<Lease> sorted(Collection<Lease> leases) {
    return leases.stream().sorted(Comparator.comparingInt(Lease::partition)).toList();
  }
}
