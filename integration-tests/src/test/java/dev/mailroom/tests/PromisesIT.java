package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import dev.mailroom.relay.Relay;
import dev.mailroom.testkit.FaultPlan;
import dev.mailroom.testkit.LocalAws;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** The promises of the README, one by one, on PostgreSQL and the local SQS and SNS. */
class PromisesIT {

  private static final Duration LONG = Duration.ofSeconds(90);
  private static LocalAws aws;

  private final String name = "p" + UUID.randomUUID();
  private Station station;

  @BeforeAll
  static void start() {
    aws = LocalAws.start();
  }

  @AfterAll
  static void stop() {
    aws.close();
  }

  @BeforeEach
  void open() {
    station = new Station(aws.sqsAsync(), aws.snsAsync());
  }

  @AfterEach
  void close() throws Exception {
    aws.faults().clear();
    station.close();
  }

  private static Message message(String destination, String key, String payload) {
    return Message.to(destination).type("T").key(key).payload(payload).build();
  }

  private List<String> payloads() {
    return station.received.stream().map(ReceivedMessage::payload).toList();
  }

  @Test
  void aRolledBackTransactionPublishesNothing() throws Exception {
    aws.createQueue(name);
    station.consume(name);
    station.relay();
    station.publish(message("sqs:" + name, "a", "before"));
    try (Connection connection = station.begin()) {
      station.outbox.publish(connection, message("sqs:" + name, "a", "never"));
      connection.rollback();
    }
    station.publish(message("sqs:" + name, "a", "after"));
    await().atMost(LONG).until(() -> station.received.size() >= 2);
    assertThat(payloads()).containsExactlyInAnyOrder("before", "after");
  }

  @Test
  void whatNoBrokerCouldTakeIsRefusedAtPublish() throws Exception {
    JdbcOutbox outbox = JdbcOutbox.create();
    int head = WireFormat.size(message("orders", "k", "x")) - 1;
    Message largest = message("orders", "k", "x".repeat(262_144 - head));
    Message tooLarge = message("orders", "k", "x".repeat(262_144 - head + 1));
    try (Connection connection = station.begin()) {
      outbox.publish(connection, largest);
      assertThatThrownBy(() -> outbox.publish(connection, tooLarge))
          .isInstanceOf(InvalidMessage.class)
          .hasMessageContaining("payload")
          .hasMessageContaining("262145")
          .hasMessageContaining("262144");
      connection.rollback();
    }
    assertThatThrownBy(() -> message("orders", "k", "a\u0000b"))
        .isInstanceOf(InvalidMessage.class)
        .hasMessageContaining("payload")
        .hasMessageContaining("U+0000 at index 1");
    assertThat(station.count("SELECT count(*) FROM outbox_message")).isZero();
  }

  @Test
  void theLargestMessageOfAQueueArrives() throws Exception {
    aws.createQueue(name);
    station.consume(name);
    station.relay();
    int head = WireFormat.size(message("sqs:" + name, null, "x")) - 1;
    String largest = "x".repeat(1_048_576 - head);
    assertThatThrownBy(() -> station.publish(message("sqs:" + name, null, largest + "x")))
        .isInstanceOf(InvalidMessage.class);
    station.publish(message("sqs:" + name, null, largest));
    await().atMost(LONG).until(() -> !station.received.isEmpty());
    assertThat(station.received.get(0).payload()).isEqualTo(largest);
  }

  @Test
  void whatAQueueCannotTakeIsParkedAndOthersGoOn() throws Exception {
    aws.createQueue(name, Map.of(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, "2048"));
    station.consume(name);
    station.publish(message("sqs:" + name, null, "first"));
    station.relay();
    await().atMost(LONG).until(() -> payloads().contains("first"));
    station.publish(
        message("sqs:" + name, null, "x".repeat(3000)), message("sqs:" + name, null, "small"));
    await().atMost(LONG).until(() -> payloads().contains("small"));
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(station.column("SELECT state || ' ' || last_error FROM outbox_parked"))
                    .singleElement()
                    .asString()
                    .startsWith("DEAD")
                    .contains("2048"));
    assertThat(station.count("SELECT count(*) FROM outbox_message")).isZero();
  }

  @Test
  void aMissingQueuePausesItsDestinationOnlyAndHeals() throws Exception {
    String missing = name + "-missing.fifo";
    aws.createQueue(name);
    station.consume(name);
    station.relay();
    for (int i = 0; i < 30; i++) {
      station.publish(
          message("sqs:" + missing, "k" + i % 3, "m" + i), message("sqs:" + name, null, "h" + i));
    }
    await().atMost(LONG).until(() -> station.received.size() >= 30);
    await().atMost(LONG).until(() -> station.closedGates.contains("sqs:" + missing));
    assertThat(station.closedGates).containsOnly("sqs:" + missing);
    assertThat(station.count("SELECT count(*) FROM outbox_message")).isEqualTo(30);

    String url = aws.createQueue(missing);
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(station.count("SELECT count(*) FROM outbox_message")).isZero());
    assertThat(station.count("SELECT count(*) FROM outbox_parked")).isZero();
    List<String> arrived = aws.drain(url).stream().map(each -> each.body()).toList();
    for (int k = 0; k < 3; k++) {
      int key = k;
      assertThat(arrived)
          .filteredOn(body -> Integer.parseInt(body.substring(1)) % 3 == key)
          .containsExactlyElementsOf(
              IntStream.range(0, 30).filter(i -> i % 3 == key).mapToObj(i -> "m" + i).toList());
    }
  }

  @Test
  void aSickDestinationSlowsNoOther() throws Exception {
    aws.createQueue(name + "-sick");
    aws.createQueue(name);
    aws.faults().down(name + "-sick");
    station.consume(name);
    station.relay();
    for (int i = 0; i < 200; i++) {
      List<Message> messages = new ArrayList<>();
      for (int j = 0; j < 10; j++) {
        messages.add(message("sqs:" + name + "-sick", null, "s"));
      }
      messages.add(message("sqs:" + name, null, "h" + i));
      station.publish(messages.toArray(Message[]::new));
    }
    await().atMost(LONG).until(() -> station.received.size() >= 200);
    assertThat(station.count("SELECT count(*) FROM outbox_message")).isEqualTo(2_000);
    aws.faults().up(name + "-sick");
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(station.count("SELECT count(*) FROM outbox_message")).isZero());
  }

  @Test
  void aLateCommitWithALowerSeqKeepsItsOrder() throws Exception {
    String fifo = name + ".fifo";
    String url = aws.createQueue(fifo);
    station.relay();
    String[] keys = keysOfOneLane();
    try (Connection late = station.begin()) {
      station.outbox.publish(late, message("sqs:" + fifo, keys[0], "first"));
      int others = trafficUntilMarksWouldHaveMoved("sqs:" + fifo, keys[1]);
      late.commit();
      station.publish(message("sqs:" + fifo, keys[0], "second"));
      await()
          .atMost(LONG)
          .untilAsserted(
              () -> assertThat(station.count("SELECT count(*) FROM outbox_message")).isZero());
      List<String> arrived = aws.drain(url).stream().map(each -> each.body()).toList();
      assertThat(arrived).hasSize(others + 2);
      assertThat(arrived)
          .filteredOn(body -> !body.startsWith("other"))
          .containsExactly("first", "second");
      assertThat(arrived)
          .filteredOn(body -> body.startsWith("other"))
          .containsExactlyElementsOf(
              IntStream.range(0, others).mapToObj(i -> "other" + i).toList());
    }
  }

  /** Returns how many messages it has published. */
  private int trafficUntilMarksWouldHaveMoved(String destination, String key) {
    int enough = station.samples.get() + 4;
    AtomicInteger others = new AtomicInteger();
    await()
        .atMost(LONG)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              station.publish(message(destination, key, "other" + others.getAndIncrement()));
              return station.samples.get() >= enough;
            });
    return others.get();
  }

  private String[] keysOfOneLane() throws SQLException {
    return station
        .column(
            """
            SELECT min(k) || ' ' || max(k) FROM (
              SELECT 'k' || i AS k, hashtext('k' || i) & 15 AS lane FROM generate_series(1, 100) i) s
            GROUP BY lane LIMIT 1
            """)
        .get(0)
        .split(" ");
  }

  @Test
  void underFaultsAndRestartsEachEffectIsOnceAndInOrder() throws Exception {
    String fifo = name + ".fifo";
    aws.createQueue(fifo);
    station.execute("CREATE TABLE effect (n serial, key text, payload text)");
    aws.faults().all(new FaultPlan(0.05, 0.05, 0.05, 0.05, 0.05, Duration.ZERO));
    station.consume(
        fifo,
        (message, context) -> {
          try (var insert =
              context
                  .connection()
                  .prepareStatement("INSERT INTO effect (key, payload) VALUES (?, ?)")) {
            insert.setString(1, message.key().orElseThrow());
            insert.setString(2, message.payload());
            insert.executeUpdate();
          }
        });
    Relay first = station.relay();
    int perKey = 40;
    for (int i = 0; i < perKey; i++) {
      for (int k = 0; k < 10; k++) {
        publishWhateverIsCut(message("sqs:" + fifo, "k" + k, "" + i));
      }
      if (i == perKey / 2) {
        first.close();
        station.relay();
      } else if (i % 8 == 0) {
        cutConnections();
      }
    }
    aws.faults().clear();
    await()
        .atMost(LONG)
        .ignoreExceptionsInstanceOf(SQLException.class) // the pool may still give cut connections
        .untilAsserted(
            () -> assertThat(station.count("SELECT count(*) FROM effect")).isEqualTo(10L * perKey));
    List<String> expected = IntStream.range(0, perKey).mapToObj(i -> "" + i).toList();
    for (int k = 0; k < 10; k++) {
      assertThat(station.column("SELECT payload FROM effect WHERE key = 'k" + k + "' ORDER BY n"))
          .isEqualTo(expected);
    }
    assertThat(station.count("SELECT count(*) FROM outbox_parked")).isZero();
  }

  /** The same message again: should its first commit have come through, the inbox drops one. */
  private void publishWhateverIsCut(Message message) {
    await()
        .atMost(LONG)
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(
            () -> {
              station.publish(message);
              return true;
            });
  }

  /** Every connection but the one that asks: relay, consumer and pool have to get new ones. */
  private void cutConnections() throws SQLException {
    station.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """);
  }
}
