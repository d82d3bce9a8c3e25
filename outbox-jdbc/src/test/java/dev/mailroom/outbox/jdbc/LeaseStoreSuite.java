package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.LeaseLost;
import dev.mailroom.relay.LeaseStore.Presence;
import dev.mailroom.relay.LeaseStore.Roll;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.relay.OutboxStore.ServerChanged;
import dev.mailroom.relay.OutboxStore.Settlement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases and settlements in each other's way, and a database that goes away. */
abstract class LeaseStoreSuite {

  private static final UUID RELAY = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int PARTITION = 3;

  private final Database kind;
  private final TestServer server;
  private TestDatabase database;
  private OutboxStore store;
  private LeaseStore leases;
  private Lease lease;

  LeaseStoreSuite(Database kind) {
    this.kind = kind;
    server = TestServer.of(kind);
  }

  @BeforeEach
  void takeALease() {
    database = server.withOutbox();
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

  private interface WhileBlocked {
    void run(CompletableFuture<Void> settled) throws Exception;
  }

  /**
   * A settlement that has checked its lease and goes no further until the lock is gone. To lock a
   * table is to lock all that its triggers read, on MySQL: those of this one read no other.
   */
  private void duringASettlement(WhileBlocked work) throws Exception {
    CompletableFuture<Void> settled;
    try (AutoCloseable lock = server.block(database, "outbox_parked")) {
      assertThat(lock).isNotNull();
      settled = CompletableFuture.runAsync(this::settle);
      awaitWaiting(1);
      work.run(settled);
    }
    settled.get(10, TimeUnit.SECONDS);
  }

  private void awaitWaiting(int sessions) {
    await().until(() -> server.waiting(database), waiting -> waiting == sessions);
  }

  @Test
  void aTakeWaitsForASettlementUnderWay() throws Exception {
    List<CompletableFuture<List<Lease>>> taken = new ArrayList<>();
    duringASettlement(
        settled -> {
          taken.add(CompletableFuture.supplyAsync(() -> take(OTHER)));
          awaitWaiting(2);
        });
    assertThat(taken.get(0).get(10, TimeUnit.SECONDS))
        .containsExactly(new Lease(PARTITION, OTHER, lease.epoch() + 1));
    assertThatThrownBy(this::settle).isInstanceOf(LeaseLost.class);
  }

  /** A renewal must come through in time, however slow the settlements are. */
  @Test
  void aRenewalDoesNotWaitForASettlementUnderWayAndATakeStillDoes() throws Exception {
    List<CompletableFuture<List<Lease>>> taken = new ArrayList<>();
    duringASettlement(
        settled -> {
          Roll before = leases.look(HOUR);
          Roll after = leases.renew(RELAY, HOUR, List.of(lease));
          assertThat(after.partitions().get(PARTITION).leaseUntil())
              .isAfter(before.partitions().get(PARTITION).leaseUntil());
          assertThat(settled).isNotDone();

          taken.add(CompletableFuture.supplyAsync(() -> take(OTHER)));
          awaitWaiting(2);
        });
    assertThat(taken.get(0).get(10, TimeUnit.SECONDS)).hasSize(1);
  }

  /** Otherwise one that stands still would cost all others their leases. */
  @Test
  void aRenewalDoesNotWaitForThatOfAnotherRelay() throws Exception {
    leases.renew(OTHER, HOUR, List.of());
    try (Connection other = database.begin()) {
      new Dialects(TableNames.DEFAULT).of(other).leases().show(other, OTHER);
      assertThat(leases.renew(RELAY, HOUR, List.of(lease)).relays()).hasSize(2);
    }
  }

  /** After an outage all look dead to each other, and show themselves at the same time. */
  @Test
  void aRelayThatShowsItselfAgainIsNotWaitedFor() throws Exception {
    assumeThat(kind).as("H2 waits for it").isNotEqualTo(Database.H2);
    leases.renew(OTHER, HOUR, List.of());
    database.execute(
        "UPDATE outbox_relay SET seen_at = ?", server.time(Instant.parse("2001-01-01T00:00:00Z")));
    try (Connection other = database.begin()) {
      new Dialects(TableNames.DEFAULT).of(other).leases().show(other, OTHER);
      for (int i = 0; i < 50; i++) {
        assertThat(leases.renew(RELAY, HOUR, List.of()).relays()).hasSize(2);
      }
    }
  }

  @Test
  void aRelayThatWasNotSeenForTenLeasesIsForgotten() throws Exception {
    leases.renew(OTHER, HOUR, List.of());
    database.execute(
        "UPDATE outbox_relay SET seen_at = ?", server.time(Instant.parse("2001-01-01T00:00:00Z")));
    assertThat(leases.renew(RELAY, HOUR, List.of(lease)).relays())
        .extracting(Presence::relay)
        .containsExactly(RELAY);
  }

  @Test
  void aSettlementWaitsForATakeUnderWayAndThenHasLostItsLease() throws Exception {
    try (Connection taker = database.begin()) {
      takeOn(taker);
      CompletableFuture<Void> settled = CompletableFuture.runAsync(this::settle);
      awaitWaiting(1);
      taker.commit();
      assertThatThrownBy(() -> settled.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(LeaseLost.class);
    }
  }

  private void takeOn(Connection taker) throws SQLException {
    Dialect dialect = new Dialects(TableNames.DEFAULT).of(taker);
    dialect.leases().take(taker, OTHER, HOUR, leases.look(HOUR).partitions());
  }

  @Test
  void nothingWaitsForLong() throws Exception {
    try (Connection taker = database.begin()) {
      takeOn(taker);
      assertThatThrownBy(this::settle)
          .isInstanceOf(MailroomException.class)
          .hasMessageContaining("SQLState " + server.words().lockTimeout());
      assertThatThrownBy(() -> leases.renew(RELAY, HOUR, List.of(lease)))
          .isInstanceOf(MailroomException.class)
          .hasMessageContaining("SQLState " + server.words().lockTimeout());
      taker.rollback();
    }
    settle();
    leases.renew(RELAY, HOUR, List.of(lease));
  }

  @Test
  void goesOnWithAnotherConnectionAfterAFailure() {
    assumeThat(server.canRestart()).isTrue();
    try (LeaseStore own = JdbcOutboxStore.of(database.unpooled()).leases()) {
      own.look(HOUR);
      database.execute("ALTER TABLE outbox_relay RENAME TO away");
      assertThatThrownBy(() -> own.look(HOUR))
          .hasMessageContaining("SQLState " + server.words().noTable());
      database.execute("ALTER TABLE away RENAME TO outbox_relay");
      assertThat(own.look(HOUR).partitions()).hasSize(Lane.PARTITIONS);

      server.stop();
      assertThatThrownBy(() -> own.look(HOUR))
          .as("the cause, and not that the connection is closed afterwards")
          .hasMessageMatching("(?s).*SQLState (" + server.words().goneAway() + ").*");
      assertThatThrownBy(() -> own.look(HOUR))
          .hasMessageMatching("(?s).*SQLState (" + server.words().notThere() + ").*");
      server.startAgain();
      assertThat(own.look(HOUR).partitions().get(PARTITION).owner()).contains(RELAY);
    }
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
      try (Connection used = pool.getConnection();
          Connection fresh = database.unpooled().getConnection()) {
        assertThat(used.getAutoCommit()).isTrue();
        assertThat(TestDatabase.query(used, server.sessionSettings()))
            .isEqualTo(TestDatabase.query(fresh, server.sessionSettings()));
      }
    }
  }

  /** Nothing but what is closed is told by a pool; a connection that somebody keeps tells all. */
  @Test
  void leavesAConnectionAsItWasFound() throws Exception {
    try (Connection kept = database.unpooled().getConnection()) {
      kept.setAutoCommit(false);
      kept.setNetworkTimeout(Runnable::run, 60_000);
      int timeout = kept.getNetworkTimeout();
      OutboxStore own = JdbcOutboxStore.of(new KeptDataSource(kept));
      LeaseStore its = own.leases();
      its.renew(RELAY, HOUR, List.of(lease));
      own.destinations();
      own.openLanes(List.of(lease), List.of());
      assertThatThrownBy(() -> own.openLanes(List.of(new Lease(0, RELAY, -1)), List.of()))
          .isInstanceOf(LeaseStore.LeaseLost.class);
      its.close();
      assertThat(kept.getAutoCommit()).isFalse();
      assertThat(kept.getNetworkTimeout()).isEqualTo(timeout);
    }
  }

  /** Each call gets a new connection, so that nothing but the answers can tell. */
  @Test
  void aServerThatWasStartedAnewIsNoticedUntilThatIsHeeded() throws Exception {
    try (Connection writer = database.begin()) {
      JdbcOutbox.create().publish(writer, Message.to("a").type("T").payload("x").build());
      writer.commit();
    }
    assumeThat(server.canRestart()).isTrue();
    OutboxStore own = JdbcOutboxStore.of(database.unpooled());
    OutboxStore anothers = own.view();
    anothers.openWriters();
    assertNoticesARestart(own::openWriters);
    assertThatThrownBy(anothers::openWriters)
        .as("one relay does not heed for another")
        .isInstanceOf(ServerChanged.class);
    assertNoticesARestart(() -> own.read(everything(), 1_000));
  }

  private void assertNoticesARestart(Runnable call) {
    call.run();
    call.run();
    server.stop();
    server.startAgain();
    ServerChanged changed = catchThrowableOfType(ServerChanged.class, call::run);
    assertThat(changed)
        .hasMessageStartingWith("The outbox's database was restarted or failed over");
    assertThatThrownBy(call::run).isInstanceOf(ServerChanged.class);
    changed.heeded();
    call.run();
    call.run();
  }

  private static List<Range> everything() {
    return IntStream.range(0, Lane.PARTITIONS)
        .mapToObj(i -> new Range(new Lane("a", i), 0, Long.MAX_VALUE, 0, 10))
        .toList();
  }
}
