package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.jdbc.Dialect.Found;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.LeaseLost;
import dev.mailroom.relay.OutboxStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/**
 * The relay's side of the outbox in a relational database. It takes a connection for each call and
 * keeps no state in it, so it works behind a pool or PgBouncer in transaction mode. A relay uses at
 * most eight at a time, and keeps one of them for its leases. Give it timeouts: a socket timeout
 * and a connection timeout of a few seconds.
 */
public final class JdbcOutboxStore implements OutboxStore {

  private static final Comparator<OrderedKey> BY_LANE_AND_KEY =
      Comparator.<OrderedKey, Lane>comparing(key -> key.lane().lane())
          .thenComparing(OrderedKey::key);

  private final DataSource dataSource;
  private final AtomicReference<String> server = new AtomicReference<>("");

  private JdbcOutboxStore(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** A store in the default schema of {@code dataSource}, a pool best. */
  public static JdbcOutboxStore of(DataSource dataSource) {
    return new JdbcOutboxStore(dataSource);
  }

  @Override
  public List<Destination> destinations() {
    return reading(Dialect::destinations);
  }

  @Override
  public void remember(List<String> destinations) {
    writing(
        (dialect, connection) -> {
          dialect.remember(connection, destinations);
          return destinations;
        });
  }

  @Override
  public List<Row> read(List<Range> ranges, int maxInline) {
    return sameServer(
        reading((dialect, connection) -> dialect.read(connection, ranges, maxInline)));
  }

  @Override
  public List<Row> load(List<RowId> rows) {
    return reading((dialect, connection) -> dialect.load(connection, rows));
  }

  @Override
  public void acknowledge(List<RowId> rows) {
    List<RowId> sorted = rows.stream().sorted().toList();
    writing(
        (dialect, connection) -> {
          dialect.commitLazily(connection);
          dialect.delete(connection, sorted);
          return sorted;
        });
  }

  @Override
  public Optional<Set<String>> openWriters() {
    return sameServer(reading(Dialect::openWriters));
  }

  @Override
  public LeaseStore leases() {
    return new JdbcLeaseStore(dataSource);
  }

  @Override
  public Set<OrderedKey> openLanes(Collection<Lease> leases, List<OrderedLane> lanes) {
    return holding(leases, (rows, connection) -> rows.letGoAll(connection, lanes));
  }

  @Override
  public List<Due> due(
      Set<Integer> partitions, List<String> destinations, int limit, int maxInline) {
    return reading(
        (dialect, connection) ->
            dialect.parked().due(connection, partitions, destinations, limit, maxInline));
  }

  @Override
  public Set<OrderedKey> settle(Collection<Lease> leases, Settlement settlement) {
    return holding(leases, (rows, connection) -> settle(rows, connection, settlement));
  }

  private static Set<OrderedKey> settle(
      ParkedRows rows, Connection connection, Settlement settlement) throws SQLException {
    if (!settlement.park().isEmpty()) {
      rows.park(connection, sorted(settlement.park()));
    }
    if (!settlement.repark().isEmpty()) {
      rows.repark(connection, sorted(settlement.repark()));
    }
    if (!settlement.remove().isEmpty()) {
      rows.remove(connection, settlement.remove().stream().sorted().toList());
    }
    if (settlement.keys().isEmpty()) {
      return Set.of();
    }
    List<OrderedKey> keys = settlement.keys().stream().sorted(BY_LANE_AND_KEY).toList();
    rows.letGo(connection, keys);
    return rows.free(connection, keys);
  }

  private static List<Parking> sorted(List<Parking> parkings) {
    return parkings.stream().sorted(Comparator.comparing(Parking::id)).toList();
  }

  /**
   * Another server may have lost what this one's predecessor had, and may number rows anew: what a
   * relay concluded from earlier answers does not hold for it. A pool replaces broken connections
   * silently, so this is told by a failure.
   */
  private <T> T sameServer(Found<T> found) {
    if (!found.server().isEmpty()) {
      String before = server.getAndSet(found.server());
      if (!before.isEmpty() && !before.equals(found.server())) {
        throw new MailroomException(
            "The outbox's database was restarted or failed over; the relay reads anew.");
      }
    }
    return found.answer();
  }

  private interface Query<T> {
    T run(Dialect dialect, Connection connection) throws SQLException;
  }

  private interface ParkedWork<T> {
    T run(ParkedRows rows, Connection connection) throws SQLException;
  }

  private <T> T holding(Collection<Lease> leases, ParkedWork<T> work) {
    List<Lease> sorted = leases.stream().sorted(Comparator.comparing(Lease::partition)).toList();
    return writing(
        (dialect, connection) -> {
          ParkedRows rows = dialect.parked();
          rows.hurry(connection);
          Set<Integer> held = rows.hold(connection, sorted);
          List<Lease> lost =
              sorted.stream().filter(lease -> !held.contains(lease.partition())).toList();
          if (!lost.isEmpty()) {
            throw new LeaseLost(lost);
          }
          return work.run(rows, connection);
        });
  }

  /** One statement; in auto-commit, so that it costs one round trip and leaves nothing open. */
  private <T> T reading(Query<T> query) {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(true);
      return query.run(Dialect.of(connection), connection);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private <T> T writing(Query<T> update) {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = update.run(Dialect.of(connection), connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(connection, e);
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static void rollback(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  static MailroomException failed(SQLException e) {
    return new MailroomException(
        "The outbox's database failed (SQLState " + e.getSQLState() + "): " + e.getMessage(), e);
  }
}
