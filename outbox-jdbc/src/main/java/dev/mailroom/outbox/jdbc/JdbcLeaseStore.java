package dev.mailroom.outbox.jdbc;

import dev.mailroom.relay.LeaseStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases in a relational database. It keeps its connection, so that a renewal never waits for a
 * pool that others have emptied; after a failure it goes on with another one. What a relay's thread
 * does here may be cut short by a close from another.
 */
final class JdbcLeaseStore implements LeaseStore {

  private static final Logger log = LoggerFactory.getLogger(JdbcLeaseStore.class);

  /** A relay is struck off once it was not seen for so many leases. */
  private static final int LEASES_UNSEEN = 10;

  /** Above the timeouts in the database: only a network or a server that is gone meets it. */
  private static final int NETWORK_TIMEOUT_MILLIS = 4_000;

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(2);

  private final Transactions transactions;
  // None before the first call, after a failure and after the end.
  private volatile @Nullable Connection connection;

  JdbcLeaseStore(Transactions transactions) {
    this.transactions = transactions;
  }

  @Override
  public Roll look(Duration lease) {
    return run((leases, database) -> leases.roll(database, lease));
  }

  @Override
  public Roll renew(UUID relay, Duration lease, List<Lease> held) {
    return run(
        (leases, database) -> {
          leases.show(database, relay);
          leases.renew(database, lease, LeaseStatements.sorted(held));
          leases.forget(database, lease.multipliedBy(LEASES_UNSEEN));
          return leases.roll(database, lease);
        });
  }

  @Override
  public List<Lease> take(UUID relay, Duration lease, List<Holding> seen) {
    List<Holding> sorted =
        seen.stream().sorted(Comparator.comparingInt(Holding::partition)).toList();
    return run((leases, database) -> leases.take(database, relay, lease, sorted));
  }

  @Override
  public void release(List<Lease> held) {
    run(
        (leases, database) -> {
          leases.release(database, LeaseStatements.sorted(held));
          return true;
        });
  }

  @Override
  public void leave(UUID relay) {
    run(
        (leases, database) -> {
          leases.leave(database, relay);
          return true;
        });
  }

  private interface Work<T> {
    T run(LeaseStatements leases, Connection database) throws SQLException;
  }

  private <T> T run(Work<T> work) {
    boolean done = false;
    try {
      T result =
          inTime(
              connection(),
              (dialect, database) -> {
                dialect.bound(database, LOCK_TIMEOUT, STATEMENT_TIMEOUT);
                return work.run(dialect.leases(), database);
              });
      done = true;
      return result;
    } catch (SQLException e) {
      throw Transactions.failed(e);
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private <T> T inTime(Connection database, Transactions.Work<T> work) throws SQLException {
    int before = database.getNetworkTimeout();
    database.setNetworkTimeout(Runnable::run, NETWORK_TIMEOUT_MILLIS);
    T result;
    try {
      result = transactions.run(database, work);
    } catch (SQLException | RuntimeException | Error e) {
      restore(database, before, e);
      throw e;
    }
    database.setNetworkTimeout(Runnable::run, before);
    return result;
  }

  /** On a connection that is broken this fails, too; that must not hide the cause. */
  private static void restore(Connection database, int networkTimeout, Throwable cause) {
    try {
      database.setNetworkTimeout(Runnable::run, networkTimeout);
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private Connection connection() throws SQLException {
    Connection known = connection;
    if (known == null) {
      known = transactions.connection();
      connection = known;
    }
    return known;
  }

  @Override
  public void close() {
    Connection last = connection;
    connection = null;
    if (last != null) {
      try {
        last.close();
      } catch (SQLException e) {
        log.debug("A connection could not be closed", e);
      }
    }
  }
}
