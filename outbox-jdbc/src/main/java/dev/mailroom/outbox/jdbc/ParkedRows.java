package dev.mailroom.outbox.jdbc;

import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore.Due;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.OrderedLane;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** What a dialect says about {@code outbox_parked}. Lists come sorted by primary key. */
interface ParkedRows {

  /** Makes the transaction fail, rather than last, when something is in its way. */
  void hurry(Connection connection) throws SQLException;

  /** Locks the partitions of leases that are still held, and tells which those are. */
  Set<Integer> hold(Connection connection, List<Lease> leases) throws SQLException;

  /** Moves rows from {@code outbox_message}. */
  void park(Connection connection, List<Parking> rows) throws SQLException;

  void repark(Connection connection, List<Parking> rows) throws SQLException;

  void remove(Connection connection, List<RowId> rows) throws SQLException;

  /** Makes the first row of each key due, if it was waiting for one before it. */
  void letGo(Connection connection, List<OrderedKey> keys) throws SQLException;

  /** Those of the keys that have no row left to wait for. */
  Set<OrderedKey> free(Connection connection, List<OrderedKey> keys) throws SQLException;

  /** Lets the first rows of all keys of lanes go; the keys that have rows to wait for. */
  Set<OrderedKey> letGoAll(Connection connection, List<OrderedLane> lanes) throws SQLException;

  List<Due> due(
      Connection connection,
      Set<Integer> partitions,
      List<String> destinations,
      int limit,
      int maxInline)
      throws SQLException;
}
