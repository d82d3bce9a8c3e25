package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.LeaseLost;
import dev.mailroom.relay.LeaseStore.Roll;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.relay.OutboxStore.Settlement;
import dev.mailroom.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Leases and settlements in each other's way, and a database that goes away. */
class JdbcLeaseStoreIT {

  private static final UUID RELAY = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int PARTITION = 3;

  private static PostgresServer server;
  private TestDatabase database;
  private OutboxStore store;
  private LeaseStore leases;
  private Lease lease;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void takeALease() {
    database = TestDatabase.withOutbox(server);
    store = JdbcOutboxStore.of(database.pool());
    leases = store.leases();
    lease = take(RELAY).get(0);
  }

  @AfterEach
  void close() {
    leases.close();
    database.close();
  }

  private List<Lease> take(UUID relay) {
    return leases.take(relay, HOUR, List.of(leases.look(HOUR).partitions().get(PARTITION)));
  }

  /** It writes nothing; what matters is the lease. */
  private void settle() {
    RowId none = new RowId(new Lane("nobody", PARTITION), 1, new UUID(1, 1));
    Parking parking = new Parking(none, ParkedState.DEAD, Duration.ZERO, 1, "refused");
    store.settle(List.of(lease), new Settlement(List.of(parking), List.of(), List.of(), Set.of()));
  }

  /** A settlement that has checked its lease and goes no further until the lock is gone. */
  private CompletableFuture<Void> settleBehind(Connection lock) throws SQLException {
    TestDatabase.execute(lock, "LOCK TABLE outbox_message IN ACCESS EXCLUSIVE MODE");
    CompletableFuture<Void> settled = CompletableFuture.runAsync(this::settle);
    awaitWaiting("locktype = 'relation'");
    return settled;
  }

  private void awaitWaiting(String what) {
    await()
        .until(
            () -> database.query("SELECT 1 FROM pg_locks WHERE NOT granted AND " + what),
            found -> !found.isEmpty());
  }

  @Test
  void aTakeWaitsForASettlementUnderWay() throws Exception {
    try (Connection lock = database.begin()) {
      CompletableFuture<Void> settled = settleBehind(lock);
      CompletableFuture<List<Lease>> taken = CompletableFuture.supplyAsync(() -> take(OTHER));
      awaitWaiting("locktype = 'transactionid'");
      lock.rollback();
      settled.get(10, TimeUnit.SECONDS);
      assertThat(taken.get(10, TimeUnit.SECONDS))
          .containsExactly(new Lease(PARTITION, OTHER, lease.epoch() + 1));
    }
    assertThatThrownBy(this::settle).isInstanceOf(LeaseLost.class);
  }

  /** A renewal must come through in time, however slow the settlements are. */
  @Test
  void aRenewalDoesNotWaitForASettlementUnderWayAndATakeStillDoes() throws Exception {
    try (Connection lock = database.begin()) {
      CompletableFuture<Void> settled = settleBehind(lock);
      Roll before = leases.look(HOUR);
      Roll after = leases.renew(RELAY, HOUR, List.of(lease));
      assertThat(after.partitions().get(PARTITION).leaseUntil())
          .isAfter(before.partitions().get(PARTITION).leaseUntil());
      assertThat(settled).isNotDone();

      CompletableFuture<List<Lease>> taken = CompletableFuture.supplyAsync(() -> take(OTHER));
      awaitWaiting("locktype = 'transactionid'");
      lock.rollback();
      settled.get(10, TimeUnit.SECONDS);
      assertThat(taken.get(10, TimeUnit.SECONDS)).hasSize(1);
    }
  }

  @Test
  void aSettlementWaitsForATakeUnderWayAndThenHasLostItsLease() throws Exception {
    try (Connection taker = database.begin()) {
      new PostgreSql(TableNames.DEFAULT)
          .leases()
          .take(taker, OTHER, HOUR, leases.look(HOUR).partitions());
      CompletableFuture<Void> settled = CompletableFuture.runAsync(this::settle);
      awaitWaiting("locktype = 'transactionid'");
      taker.commit();
      assertThatThrownBy(() -> settled.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(LeaseLost.class);
    }
  }

  @Test
  void nothingWaitsForLong() throws Exception {
    try (Connection taker = database.begin()) {
      new PostgreSql(TableNames.DEFAULT)
          .leases()
          .take(taker, OTHER, HOUR, leases.look(HOUR).partitions());
      assertThatThrownBy(this::settle)
          .isInstanceOf(MailroomException.class)
          .hasMessageContaining("SQLState 55P03");
      assertThatThrownBy(() -> leases.renew(RELAY, HOUR, List.of(lease)))
          .isInstanceOf(MailroomException.class)
          .hasMessageContaining("SQLState 55P03");
      taker.rollback();
    }
    settle();
    leases.renew(RELAY, HOUR, List.of(lease));
  }

  @Test
  void goesOnWithAnotherConnectionAfterAFailure() {
    try (LeaseStore own = JdbcOutboxStore.of(unpooled()).leases()) {
      own.look(HOUR);
      database.execute("ALTER TABLE outbox_relay RENAME TO away");
      assertThatThrownBy(() -> own.look(HOUR)).hasMessageContaining("SQLState 42P01");
      database.execute("ALTER TABLE away RENAME TO outbox_relay");
      assertThat(own.look(HOUR).partitions()).hasSize(Lane.PARTITIONS);

      server.stop();
      assertThatThrownBy(() -> own.look(HOUR))
          .as("the cause, and not that the connection is closed afterwards")
          .hasMessageContaining("SQLState 57P01");
      assertThatThrownBy(() -> own.look(HOUR)).hasMessageContaining("SQLState 08001");
      server.startAgain();
      assertThat(own.look(HOUR).partitions().get(PARTITION).owner()).contains(RELAY);
    }
  }

  private PGSimpleDataSource unpooled() {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(database.url);
    return dataSource;
  }

  /** Otherwise a pool that is used up would cost a relay its leases. */
  @Test
  void keepsItsConnection() throws Exception {
    try (HikariDataSource pool = new HikariDataSource()) {
      pool.setJdbcUrl(database.url);
      pool.setMaximumPoolSize(2);
      pool.setConnectionTimeout(1_000);
      OutboxStore own = JdbcOutboxStore.of(pool);
      LeaseStore kept = own.leases();
      kept.look(HOUR);
      try (Connection last = pool.getConnection()) {
        assertThat(last.isValid(1)).isTrue();
        assertThatThrownBy(own::destinations).isInstanceOf(MailroomException.class);
        kept.renew(RELAY, HOUR, List.of(lease));
      }
      kept.close();
      assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
    }
  }

  /** Otherwise the next user of the connection would run into our timeouts. */
  @Test
  void leavesNothingBehindInItsConnections() throws Exception {
    try (HikariDataSource pool = new HikariDataSource()) {
      pool.setJdbcUrl(database.url);
      pool.setMaximumPoolSize(1);
      try (LeaseStore own = JdbcOutboxStore.of(pool).leases()) {
        own.renew(RELAY, HOUR, List.of(lease));
      }
      JdbcOutboxStore.of(pool).openLanes(List.of(lease), List.of());
      try (Connection connection = pool.getConnection();
          var rows =
              connection
                  .createStatement()
                  .executeQuery(
                      "SELECT current_setting('lock_timeout') || current_setting('statement_timeout')"
                          + " || current_setting('idle_in_transaction_session_timeout'),"
                          + " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')")) {
        assertThat(connection.getAutoCommit()).isTrue();
        rows.next();
        assertThat(rows.getString(1)).isEqualTo("000");
        assertThat(rows.getInt(2)).isZero();
      }
    }
  }

  /** Each call gets a new connection, so that nothing but the answers can tell. */
  @Test
  void aServerThatWasStartedAnewIsNoticedOnce() throws Exception {
    try (Connection writer = database.begin()) {
      JdbcOutbox.create().publish(writer, Message.to("a").type("T").payload("x").build());
      writer.commit();
    }
    OutboxStore own = JdbcOutboxStore.of(unpooled());
    assertNoticesARestart(own::openWriters);
    assertNoticesARestart(() -> own.read(everything(), 1_000));
  }

  private void assertNoticesARestart(Runnable call) {
    call.run();
    call.run();
    server.stop();
    server.startAgain();
    assertThatThrownBy(call::run)
        .isInstanceOf(MailroomException.class)
        .hasMessageStartingWith("The outbox's database was restarted or failed over");
    call.run();
    call.run();
  }

  private static List<Range> everything() {
    return IntStream.range(0, Lane.PARTITIONS)
        .mapToObj(i -> new Range(new Lane("a", i), 0, Long.MAX_VALUE, 0, 10))
        .toList();
  }
}
