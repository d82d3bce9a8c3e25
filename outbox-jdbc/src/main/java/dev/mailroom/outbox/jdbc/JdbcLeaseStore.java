package dev.mailroom.outbox.jdbc;

import dev.mailroom.relay.LeaseStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases over one connection, which it keeps: so a renewal never waits for a pool that others have
 * emptied. A connection that failed is replaced. Its state is guarded by itself, for it may be
 * closed while a call is under way.
 */
final class JdbcLeaseStore implements LeaseStore {

  private static final Logger LOG = LoggerFactory.getLogger(JdbcLeaseStore.class);

  /** Above the timeouts in the database, so that only a network or server that is gone meets it. */
  private static final int NETWORK_TIMEOUT_MILLIS = 4_000;

  private static final int STRUCK_OFF_AFTER_LEASES = 10;

  private final DataSource dataSource;
  private @Nullable Connection own;

  JdbcLeaseStore(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  @Override
  public synchronized Roll look(Duration lease) {
    return inTransaction((rows, connection) -> roll(rows, connection, lease));
  }

  @Override
  public synchronized Roll renew(UUID relay, Duration lease, List<Lease> held) {
    return inTransaction(
        (rows, connection) -> {
          rows.show(connection, relay);
          rows.renew(connection, lease, held);
          rows.strikeOff(connection, lease.multipliedBy(STRUCK_OFF_AFTER_LEASES));
          return roll(rows, connection, lease);
        });
  }

  private static Roll roll(LeaseRows rows, Connection connection, Duration lease)
      throws SQLException {
    return new Roll(rows.relays(connection, lease), rows.partitions(connection));
  }

  @Override
  public synchronized List<Lease> take(UUID relay, Duration lease, List<Holding> seen) {
    return inTransaction(
        (rows, connection) ->
            rows.take(connection, relay, lease, seen).stream()
                .sorted(Comparator.comparing(Lease::partition))
                .toList());
  }

  @Override
  public synchronized void release(List<Lease> leases) {
    inTransaction(
        (rows, connection) -> {
          rows.release(connection, leases);
          return leases;
        });
  }

  @Override
  public synchronized void leave(UUID relay) {
    inTransaction(
        (rows, connection) -> {
          rows.leave(connection, relay);
          return relay;
        });
  }

  @Override
  public synchronized void close() {
    giveBack();
  }

  private interface Work<T> {
    T run(LeaseRows rows, Connection connection) throws SQLException;
  }

  private <T> T inTransaction(Work<T> work) {
    boolean done = false;
    try {
      Connection connection = connection();
      LeaseRows rows = Dialect.of(connection).leases();
      rows.hurry(connection);
      T result = work.run(rows, connection);
      connection.commit();
      done = true;
      return result;
    } catch (SQLException e) {
      throw JdbcOutboxStore.failed(e);
    } finally {
      if (!done) {
        giveBack();
      }
    }
  }

  private Connection connection() throws SQLException {
    if (own == null) {
      Connection fresh = dataSource.getConnection();
      own = fresh;
      fresh.setAutoCommit(false);
      fresh.setNetworkTimeout(Runnable::run, NETWORK_TIMEOUT_MILLIS);
    }
    return own;
  }

  private void giveBack() {
    Connection old = own;
    own = null;
    if (old == null) {
      return;
    }
    try (old) {
      old.rollback();
      old.setAutoCommit(true);
    } catch (SQLException e) {
      LOG.debug("The connection for leases was broken already", e);
    }
  }
}
