package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.DeadLetters;
import dev.mailroom.outbox.jdbc.DeadLetters.Filter;
import dev.mailroom.outbox.jdbc.Destinations;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.relay.DeadLetterPolicy;
import dev.mailroom.relay.Relay;
import dev.mailroom.testkit.LocalAws;
import dev.mailroom.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Relays on a real database that fails in the ways that databases do. */
class RelayOnPostgresIT {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration LEASE = Duration.ofSeconds(3);
  private static final String FIFO = "ledger.fifo";
  private static final int NEWS = 50;
  private static PostgresServer server;
  private static LocalAws aws;

  private final Broker broker = new Broker();
  private final List<Relay> relays = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Station station;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
    aws = LocalAws.start();
  }

  @AfterAll
  static void stop() {
    aws.close();
    server.close();
  }

  @BeforeEach
  void open() {
    station = new Station(aws.sqsAsync(), aws.snsAsync(), server);
  }

  @AfterEach
  void close() throws Exception {
    threads.shutdownNow();
    relays.forEach(Relay::close);
    station.close();
  }

  private Relay relay() {
    return relay(DeadLetterPolicy.BLOCK_KEY);
  }

  private Relay relay(DeadLetterPolicy policy) {
    Relay relay =
        Relay.builder()
            .store(JdbcOutboxStore.of(station.dataSource))
            .transport(broker)
            .lease(LEASE, Duration.ofSeconds(1))
            .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
            .attempts(3)
            .deadLetters(policy)
            .build();
    relays.add(relay);
    relay.start();
    return relay;
  }

  private static Message message(String destination, String key, String payload) {
    return Message.to(destination).type("T").key(key).payload(payload).build();
  }

  private void publish(String destination, String key, String... payloads) throws SQLException {
    for (String payload : payloads) {
      station.publish(message(destination, key, payload));
    }
  }

  private List<Long> shares() throws SQLException {
    return station
        .column(
            "SELECT count(*) FROM outbox_partition WHERE lease_until > clock_timestamp()"
                + " AND owner IS NOT NULL GROUP BY owner ORDER BY 1")
        .stream()
        .map(Long::valueOf)
        .toList();
  }

  private void awaitShares(Long... shares) {
    await().atMost(LONG).untilAsserted(() -> assertThat(shares()).containsExactly(shares));
  }

  private void awaitDrained() {
    awaitNone("SELECT 1 FROM outbox_message UNION ALL SELECT 1 FROM outbox_parked");
  }

  private void awaitNone(String rows) {
    await().atMost(LONG).until(() -> station.column(rows).isEmpty());
  }

  /** A message is only called bad while others pass: so lets others pass. */
  private void awaitDeadOne() {
    await()
        .atMost(LONG)
        .until(
            () -> {
              publish(FIFO, "others", "other " + System.nanoTime());
              return station.count("SELECT count(*) FROM outbox_parked WHERE state = 'DEAD'") == 1;
            });
  }

  @Test
  void relaysShareThePartitionsAndNothingIsSentTwiceWhenTheyComeAndGo() throws Exception {
    Traffic traffic = new Traffic(threads, station, FIFO);
    try (traffic) {
      Relay first = relay();
      awaitShares(16L);
      relay();
      awaitShares(8L, 8L);
      relay();
      awaitShares(5L, 5L, 6L);
      first.close();
      awaitShares(8L, 8L);
    }
    awaitDrained();
    assertThat(broker.payloads()).doesNotHaveDuplicates();
    traffic.assertDelivered(broker);
  }

  @Test
  void whatADeadRelayOwnedIsTakenOverWhenItsLeaseEnds() throws Exception {
    station.execute(
        "UPDATE outbox_partition SET owner = '00000000-0000-0000-0000-000000000001', epoch = 7,"
            + " lease_until = clock_timestamp() + interval '1500 ms' WHERE partition_no < 15");
    relay();
    awaitShares(1L, 15L);
    assertThat(station.count("SELECT count(*) FROM outbox_partition WHERE epoch = 7"))
        .isEqualTo(15);
    awaitShares(16L);
    assertThat(station.count("SELECT count(*) FROM outbox_partition WHERE epoch = 8"))
        .isEqualTo(15);
  }

  @Test
  void recoversWhenConnectionsAreCutAgainAndAgain() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Traffic traffic = new Traffic(threads, station, FIFO);
    try (traffic) {
      relay();
      relay();
      for (int i = 0; i < 60; i++) {
        broker.awaitMore(random.nextInt(20));
        try {
          station.execute(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                  + " current_database() AND pid <> pg_backend_pid() AND random() < 0.5");
        } catch (SQLException e) {
          // The pool gave a connection that had just been cut.
        }
      }
    }
    awaitDrained();
    traffic.assertDelivered(broker);
  }

  @Test
  void recoversWhenTheDatabaseCrashesAndComesBack() throws Exception {
    Traffic traffic = new Traffic(threads, station, FIFO);
    try (traffic) {
      relay();
      broker.awaitMore(50);
      server.crash();
      int failed = traffic.failed();
      await().atMost(LONG).until(() -> traffic.failed() >= failed + 4);
      server.startAgain();
      broker.awaitMore(50);
    }
    awaitDrained();
    traffic.assertDelivered(broker);
  }

  @Test
  void recoversWhenOthersEmptyThePool() throws Exception {
    relay();
    publish(FIFO, "a", "before");
    await().atMost(LONG).until(() -> broker.payloads().contains("before"));
    List<Connection> taken = new ArrayList<>();
    try {
      while (taken.size() < 15) {
        taken.add(station.dataSource.getConnection()); // all but the one that keeps the leases
      }
    } catch (SQLException empty) {
      assertThat(taken).hasSizeGreaterThan(8);
    }
    Instant allLeasesEnd = leasesEnd(taken.get(0));
    await().atMost(LONG).until(() -> leasesEnd(taken.get(0)).isAfter(allLeasesEnd.plus(LEASE)));
    for (Connection connection : taken) {
      connection.close();
    }
    publish(FIFO, "a", "after");
    await().atMost(LONG).until(() -> broker.payloads().contains("after"));
    assertThat(station.count("SELECT max(epoch) FROM outbox_partition"))
        .as("the leases were renewed all the time")
        .isEqualTo(1);
  }

  private static Instant leasesEnd(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT min(lease_until) FROM outbox_partition")) {
      row.next();
      return row.getTimestamp(1).toInstant();
    }
  }

  @Test
  void aKeyWaitsBehindAMessageThatFailsAndGoesOnInOrder() throws Exception {
    relay();
    broker.failing.add("a1");
    publish(FIFO, "b", "b0");
    publish(FIFO, "a", "a0", "a1", "a2", "a3");
    publish(FIFO, "b", "b1", "b2");
    await()
        .atMost(LONG)
        .until(
            () -> {
              publish(FIFO, "others", "other " + System.nanoTime());
              return station.count("SELECT count(*) FROM outbox_parked WHERE state = 'BLOCKED'")
                  == 2;
            });
    assertThat(broker.payloadsOf("a")).containsExactly("a0");
    broker.failing.clear();
    publish(FIFO, "a", "a4");
    awaitDrained();
    publish(FIFO, "a", "a5");
    awaitDrained();
    assertThat(broker.payloadsOf("a")).containsExactly("a0", "a1", "a2", "a3", "a4", "a5");
    assertThat(broker.payloadsOf("b")).containsExactly("b0", "b1", "b2");
  }

  @Test
  void aNewOwnerKeepsTheOrderOfKeysThatWait() throws Exception {
    broker.refused.add("a0");
    Relay first = relay();
    publish(FIFO, "a", "a0", "a1");
    awaitDeadOne();
    first.close();
    publish(FIFO, "a", "a2");
    relay();
    awaitNone("SELECT 1 FROM outbox_message");
    assertThat(broker.payloadsOf("a")).isEmpty();

    broker.refused.clear();
    assertThat(DeadLetters.of(station.dataSource).retry(Filter.all(), "a test")).isEqualTo(1);
    awaitDrained();
    assertThat(broker.payloadsOf("a")).containsExactly("a0", "a1", "a2");
  }

  @Test
  void aDiscardedHeadLetsItsKeyGo() throws Exception {
    broker.refused.add("a0");
    relay();
    publish(FIFO, "a", "a0", "a1", "a2");
    awaitDeadOne();
    assertThat(DeadLetters.of(station.dataSource).discard(Filter.all(), "a test")).isEqualTo(1);
    awaitDrained();
    assertThat(broker.payloadsOf("a")).containsExactly("a1", "a2");
  }

  @Test
  void bySkipAKeyGoesOnWithoutItsDeadMessage() throws Exception {
    broker.refused.add("a1");
    relay(DeadLetterPolicy.SKIP);
    publish(FIFO, "a", "a0", "a1", "a2");
    awaitDeadOne();
    await().atMost(LONG).until(() -> broker.payloadsOf("a").contains("a2"));
    awaitNone("SELECT 1 FROM outbox_parked WHERE state <> 'DEAD'");
    assertThat(broker.payloadsOf("a")).containsExactly("a0", "a2");
    assertThat(station.column("SELECT payload || ' ' || state FROM outbox_parked"))
        .containsExactly("a1 DEAD");
  }

  @Test
  void aScheduledMessageIsSentAtItsTimeAndHoldsUpNobody() throws Exception {
    relay();
    publish(FIFO, "a", "first");
    awaitDrained(); // The relay is at work: from here on a message takes no time.
    Instant at = Instant.now().plusMillis(1_500);
    station.publish(
        Message.to(FIFO).type("T").key("a").payload("later").deliverAt(at).build(),
        message(FIFO, "a", "now"));
    await().atMost(LONG).until(() -> broker.payloads().contains("now"));
    assertThat(Instant.now()).isBefore(at);
    assertThat(broker.payloads()).containsExactly("first", "now");
    awaitDrained();
    assertThat(Instant.now()).isAfter(at.minusMillis(5));
    assertThat(broker.payloads()).containsExactly("first", "now", "later");
  }

  @Test
  void aPausedDestinationWaitsForAllRelaysUntilItIsResumed() throws Exception {
    relay();
    relay();
    publish("news", "a", "first");
    awaitDrained();
    Destinations destinations = Destinations.of(station.dataSource);
    assertThat(destinations.pause("news", "a test", "to see")).isTrue();
    AtomicInteger round = new AtomicInteger();
    await().atMost(LONG).until(() -> sentOfNews(round.incrementAndGet()) == 0);
    assertThat(sentOfNews(round.incrementAndGet())).isZero();
    assertThat(destinations.resume("news", "a test")).isTrue();
    awaitDrained();
    assertThat(broker.payloads()).hasSize(1 + round.get() * (NEWS + 1)).doesNotHaveDuplicates();
  }

  /** Publishes news of many keys, and says how many of them overtook what came after them. */
  private long sentOfNews(int round) throws SQLException {
    String prefix = "news " + round + " ";
    for (int i = 0; i < NEWS; i++) {
      publish("news", "key" + i, prefix + i);
    }
    String elsewhere = "elsewhere " + round;
    publish(FIFO, "a", elsewhere);
    await().atMost(LONG).until(() -> broker.payloads().contains(elsewhere));
    return broker.payloads().stream().filter(payload -> payload.startsWith(prefix)).count();
  }

  @Test
  void aThousandDestinationsAreServedByTwoRelays() throws Exception {
    relay();
    relay();
    awaitShares(8L, 8L);
    List<String> names =
        IntStream.range(0, 1_000).mapToObj(i -> "d" + i + (i % 2 == 0 ? ".fifo" : "")).toList();
    for (int round = 0; round < 3; round++) {
      List<Message> messages = new ArrayList<>();
      for (String name : names) {
        messages.add(message(name, "k" + name, name + " round " + round));
      }
      station.publish(messages.toArray(Message[]::new));
      awaitDrained();
    }
    assertThat(broker.payloads()).hasSize(3_000).doesNotHaveDuplicates();
    assertThat(station.count("SELECT count(*) FROM outbox_destination")).isEqualTo(1_000);
  }

  @Test
  void withTheKeyLockWritersOfAKeyTakeTurns() throws Exception {
    JdbcOutbox locking = JdbcOutbox.builder().keyLock(true).build();
    try (Connection slow = station.begin()) {
      locking.publish(slow, message(FIFO, "a", "slow"));
      Future<?> quick =
          threads.submit(
              () -> {
                try (Connection connection = station.begin()) {
                  locking.publish(connection, message(FIFO, "a", "quick"));
                  connection.commit();
                }
                return null;
              });
      try (Connection other = station.begin()) {
        locking.publish(other, message(FIFO, "b", "other"));
        other.commit();
      }
      assertThat(quick.isDone()).isFalse();
      slow.commit();
      quick.get();
    }
    assertThat(station.column("SELECT payload FROM outbox_message ORDER BY seq"))
        .containsSubsequence("slow", "quick");
  }
}
