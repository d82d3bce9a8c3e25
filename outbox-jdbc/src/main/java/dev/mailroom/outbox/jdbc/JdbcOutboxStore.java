package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.jdbc.ParkedStatements.DueQuery;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.LeaseLost;
import dev.mailroom.relay.OutboxStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/**
 * The relay's side of the outbox in a relational database. It takes a connection for each call and
 * keeps no state in it, so it works behind a pool or PgBouncer in transaction mode; a relay uses at
 * most six at a time, and one more for its leases, which it keeps. Give it timeouts: a socket
 * timeout and a connection timeout of a few seconds.
 *
 * <p>It has to reach one server, the primary. When another one answers than before, reads of a
 * relay fail until that relay has forgotten what it knew.
 */
public final class JdbcOutboxStore implements OutboxStore {

  private static final Comparator<OrderedLane> BY_LANE = Comparator.comparing(OrderedLane::lane);
  private static final Comparator<OrderedKey> BY_KEY =
      Comparator.comparing(OrderedKey::lane, BY_LANE).thenComparing(OrderedKey::key);

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(3);

  private final Transactions transactions;
  private final ServerWatch watch = new ServerWatch();

  private JdbcOutboxStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /** A store in the default schema of {@code dataSource}, a pool best. */
  public static JdbcOutboxStore of(DataSource dataSource) {
    return of(dataSource, TableNames.DEFAULT);
  }

  /** A store in tables with names of their own. */
  public static JdbcOutboxStore of(DataSource dataSource, TableNames names) {
    return new JdbcOutboxStore(new Transactions(dataSource, names));
  }

  @Override
  public List<Destination> destinations() {
    return transactions.read((dialect, connection) -> dialect.hot().destinations(connection));
  }

  @Override
  public void remember(List<String> destinations) {
    List<String> sorted = destinations.stream().sorted().toList();
    writing((dialect, connection) -> dialect.hot().remember(connection, sorted));
  }

  @Override
  public List<Row> read(List<Range> ranges, int maxInline) {
    return watch.checked(
        transactions.read(
            (dialect, connection) -> dialect.hot().read(connection, ranges, maxInline)));
  }

  @Override
  public List<Row> load(List<RowId> rows) {
    return transactions.read((dialect, connection) -> dialect.hot().load(connection, rows));
  }

  @Override
  public void acknowledge(List<RowId> rows) {
    List<RowId> sorted = rows.stream().sorted().toList();
    writing(
        (dialect, connection) -> {
          dialect.commitLazily(connection);
          dialect.hot().delete(connection, sorted);
        });
  }

  @Override
  public Optional<Set<String>> openWriters() {
    return watch.checked(
        transactions.read((dialect, connection) -> dialect.hot().openWriters(connection)));
  }

  @Override
  public OutboxStore view() {
    return new JdbcOutboxStore(transactions);
  }

  @Override
  public LeaseStore leases() {
    return new JdbcLeaseStore(transactions);
  }

  @Override
  public Set<OrderedKey> openLanes(Collection<Lease> leases, List<OrderedLane> lanes) {
    List<OrderedLane> sorted = lanes.stream().sorted(BY_LANE).toList();
    return holding(leases, (parked, connection) -> parked.open(connection, sorted));
  }

  @Override
  public List<Due> due(
      Set<Integer> partitions, List<String> destinations, int limit, int maxInline) {
    DueQuery query = new DueQuery(partitions, destinations, limit, maxInline);
    return transactions.read((dialect, connection) -> dialect.parked().due(connection, query));
  }

  @Override
  public Set<OrderedKey> settle(Collection<Lease> leases, Settlement settlement) {
    return holding(leases, (parked, connection) -> settle(parked, connection, settlement));
  }

  private static Set<OrderedKey> settle(
      ParkedStatements parked, Connection connection, Settlement settlement) throws SQLException {
    if (!settlement.park().isEmpty()) {
      parked.park(connection, sorted(settlement.park()));
    }
    if (!settlement.repark().isEmpty()) {
      parked.repark(connection, sorted(settlement.repark()));
    }
    if (!settlement.remove().isEmpty()) {
      parked.remove(connection, settlement.remove().stream().sorted().toList());
    }
    return settlement.keys().isEmpty()
        ? Set.of()
        : parked.letGo(connection, settlement.keys().stream().sorted(BY_KEY).toList());
  }

  private static List<Parking> sorted(List<Parking> rows) {
    return rows.stream().sorted(Comparator.comparing(Parking::id)).toList();
  }

  private interface ParkedWork<T> {
    T run(ParkedStatements parked, Connection connection) throws SQLException;
  }

  private interface Update {
    void run(Dialect dialect, Connection connection) throws SQLException;
  }

  private void writing(Update update) {
    transactions.run(
        (dialect, connection) -> {
          update.run(dialect, connection);
          return true;
        });
  }

  private <T> T holding(Collection<Lease> leases, ParkedWork<T> work) {
    return transactions.run(
        (dialect, connection) -> {
          ParkedStatements parked = dialect.parked();
          dialect.bound(connection, LOCK_TIMEOUT, STATEMENT_TIMEOUT);
          List<Lease> lost = parked.hold(connection, leases);
          if (!lost.isEmpty()) {
            throw new LeaseLost(lost);
          }
          return work.run(parked, connection);
        });
  }
}
