package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.DeadLetters;
import dev.mailroom.outbox.jdbc.DeadLetters.Filter;
import dev.mailroom.outbox.jdbc.Destinations;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.relay.Relay;
import dev.mailroom.testkit.LocalAws;
import dev.mailroom.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A relay and its operators whose connections to the database somebody meddles with. */
class MeddledRelayIT {

  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String FIFO = "ledger.fifo";
  private static final int KEYS = 5;
  private static final String BEFORE = " [before]";
  private static final String AFTER = " [after]";
  private static PostgresServer server;
  private static LocalAws aws;

  private final Broker broker = new Broker();
  private final List<String> written = new ArrayList<>();
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
    station.close();
  }

  private Relay relay(DataSource dataSource) {
    Relay relay =
        Relay.builder()
            .store(JdbcOutboxStore.of(dataSource))
            .transport(broker)
            .lease(Duration.ofSeconds(3), Duration.ofSeconds(1))
            .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
            .attempts(3)
            .build();
    relay.start();
    return relay;
  }

  /** One message for each key, a large one, and one for later. */
  private void write() throws SQLException {
    for (int key = 0; key < KEYS; key++) {
      String payload = key + "-" + written.size();
      publish(FIFO, "k" + key, payload);
      written.add(payload);
    }
    publish("news", "n", "large " + written.size() + " " + "x".repeat(10_000));
    station.publish(
        Message.to("news")
            .type("T")
            .key("n")
            .payload("later " + written.size())
            .deliverAt(Instant.now().plusMillis(300))
            .build());
  }

  private void publish(String destination, String key, String payload) throws SQLException {
    station.publish(Message.to(destination).type("T").key(key).payload(payload).build());
  }

  /** Of the messages just written one fails for a while, and one is refused until it is retried. */
  private void trouble(DeadLetters deadLetters) throws SQLException {
    int from = written.size();
    broker.failing.add("1-" + (from + 1));
    broker.refused.add("2-" + (from + 2));
    write();
    await().atMost(LONG).until(() -> deadOnes() > 0);
    broker.failing.clear();
    broker.refused.clear();
    insist(() -> deadLetters.list(Filter.all(), null, 10));
    insist(() -> deadLetters.retry(Filter.all(), "a test"));
  }

  /** A message is only called bad while others pass: so lets others pass. */
  private long deadOnes() throws SQLException {
    publish(FIFO, "others", "other " + System.nanoTime());
    return station.count("SELECT count(*) FROM outbox_parked WHERE state = 'DEAD'");
  }

  /** An operator whose connection is cut tries again. */
  private static <T> T insist(Supplier<T> act) {
    while (true) {
      try {
        return act.get();
      } catch (MailroomException e) {
        // until it was cut before and after
      }
    }
  }

  private void awaitDrained() {
    await()
        .atMost(LONG)
        .until(
            () ->
                station.count(
                        "SELECT (SELECT count(*) FROM outbox_message)"
                            + " + (SELECT count(*) FROM outbox_parked)")
                    == 0);
  }

  private void assertDelivered() {
    for (int key = 0; key < KEYS; key++) {
      String start = key + "-";
      assertThat(broker.payloadsOf("k" + key).stream().distinct())
          .containsExactlyElementsOf(
              written.stream().filter(payload -> payload.startsWith(start)).toList());
    }
    long rounds = written.size() / KEYS;
    assertThat(broker.payloadsOf("n").stream().distinct()).hasSize((int) (2 * rounds));
  }

  @Test
  void everyStatementAndCommitMayBeCutBeforeAndAfterTheServerHasDoneIt() throws Exception {
    Meddler meddler = Meddler.cuttingEveryStatement(station.dataSource);
    DeadLetters deadLetters = DeadLetters.of(meddler);
    Destinations destinations = Destinations.of(meddler);
    Set<String> cuts;
    do {
      cuts = meddler.cuts();
      try (Relay relay = relay(meddler)) {
        for (int i = 0; i < 20; i++) {
          write();
          relay.wake(FIFO);
        }
        trouble(deadLetters);
        insist(() -> destinations.pause("news", "a test", "to see"));
        insist(() -> destinations.resume("news", "a test"));
        awaitDrained();
      }
    } while (meddler.cuts().size() > cuts.size());
    assertDelivered();
    assertThat(cuts).as("each is cut twice").allMatch(each -> meddler.cuts().contains(other(each)));
    for (String statement :
        List.of(
            "DELETE FROM outbox_message",
            "DELETE FROM outbox_parked",
            "WITH gone AS",
            "WITH head AS")) {
      assertThat(cuts).anyMatch(each -> each.contains(statement) && each.endsWith(AFTER));
    }
    assertThat(cuts).anyMatch(each -> each.startsWith("COMMIT after ") && each.endsWith(AFTER));
    assertThat(cuts).hasSizeGreaterThan(40);
  }

  private static String other(String cut) {
    return cut.endsWith(BEFORE)
        ? cut.substring(0, cut.length() - BEFORE.length()) + AFTER
        : cut.substring(0, cut.length() - AFTER.length()) + BEFORE;
  }

  @Test
  void noStateOfASessionIsNeeded() throws Exception {
    Meddler meddler = Meddler.wipingEverySession(station.dataSource);
    DeadLetters deadLetters = DeadLetters.of(meddler);
    try (Relay first = relay(meddler);
        Relay second = relay(meddler)) {
      await()
          .atMost(LONG)
          .until(
              () ->
                  station.count(
                          "SELECT count(DISTINCT owner) FROM outbox_partition WHERE lease_until >"
                              + " clock_timestamp()")
                      == 2);
      for (int i = 0; i < 20; i++) {
        write();
        first.wake(FIFO);
        second.wake(FIFO);
      }
      trouble(deadLetters);
      Destinations destinations = Destinations.of(meddler);
      assertThat(destinations.pause("news", "a test", "to see")).isTrue();
      assertThat(destinations.resume("news", "a test")).isTrue();
      awaitDrained();
    }
    assertDelivered();
    assertThat(broker.payloads()).as("nothing was cut").doesNotHaveDuplicates();
    assertThat(station.count("SELECT count(*) FROM outbox_partition WHERE owner IS NOT NULL"))
        .as("handed back")
        .isZero();
  }
}
