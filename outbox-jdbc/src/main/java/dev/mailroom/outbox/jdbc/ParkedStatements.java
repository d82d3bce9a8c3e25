package dev.mailroom.outbox.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore.Due;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.OrderedLane;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** What a relay says of messages that wait. Rows, keys and lanes come sorted. */
interface ParkedStatements {

  /**
   * Keeps leases from changing hands, and other transactions that do the same from acting on these
   * partitions, until this one ends.
   *
   * @return those that are not held any more
   */
  List<Lease> hold(Connection connection, Collection<Lease> leases) throws SQLException;

  void park(Connection connection, List<Parking> rows) throws SQLException;

  void repark(Connection connection, List<Parking> rows) throws SQLException;

  void remove(Connection connection, List<RowId> rows) throws SQLException;

  /**
   * Lets the first rows of keys go.
   *
   * @return the keys that have no row left behind which others have to wait
   */
  Set<OrderedKey> letGo(Connection connection, List<OrderedKey> keys) throws SQLException;

  /**
   * Lets the first rows of all keys of lanes go.
   *
   * @return the keys that have a row behind which others have to wait
   */
  Set<OrderedKey> open(Connection connection, List<OrderedLane> lanes) throws SQLException;

  List<Due> due(Connection connection, DueQuery query) throws SQLException;

  /**
   * Its error without what brokers may answer and no text column holds: NUL, and half characters.
   */
  static String error(Parking parking) {
    return new String(parking.error().getBytes(UTF_8), UTF_8).replace('\0', '\uFFFD');
  }

  /** The parameters of {@link dev.mailroom.relay.OutboxStore#due}. */
  record DueQuery(Set<Integer> partitions, List<String> destinations, int limit, int maxInline) {}
}
