package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.jdbc.RowReader.Time;
import dev.mailroom.relay.LeaseStore.Holding;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.Presence;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Makes what relays know of each other of the results of queries. */
final class LeaseReader {

  private LeaseReader() {}

  static List<Presence> relays(PreparedStatement select, Time time) throws SQLException {
    try (ResultSet results = select.executeQuery()) {
      List<Presence> relays = new ArrayList<>();
      while (results.next()) {
        UUID relay = UUID.fromString(results.getString("instance_id"));
        relays.add(new Presence(relay, time.of(results, "seen_at"), results.getBoolean("fresh")));
      }
      return relays;
    }
  }

  static List<Holding> partitions(PreparedStatement select, Time time) throws SQLException {
    try (ResultSet results = select.executeQuery()) {
      List<Holding> partitions = new ArrayList<>();
      while (results.next()) {
        partitions.add(
            new Holding(
                results.getInt("partition_no"),
                Optional.ofNullable(results.getString("owner")).map(UUID::fromString),
                results.getLong("epoch"),
                time.of(results, "lease_until"),
                results.getBoolean("expired")));
      }
      return partitions;
    }
  }

  static List<Lease> leases(PreparedStatement select) throws SQLException {
    try (ResultSet results = select.executeQuery()) {
      List<Lease> leases = new ArrayList<>();
      while (results.next()) {
        UUID owner = UUID.fromString(results.getString("owner"));
        leases.add(new Lease(results.getInt("partition_no"), owner, results.getLong("epoch")));
      }
      return leases;
    }
  }
}
