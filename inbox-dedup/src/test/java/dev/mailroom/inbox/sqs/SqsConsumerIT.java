package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.Headers;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.WireFormat;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;

/** A standard queue, on an SQS in this JVM. */
class SqsConsumerIT {

  private final Stage stage = new Stage("");

  @AfterEach
  void stop() {
    stage.close();
  }

  @Test
  void eachMessageTakesEffectOnceAndLeavesTheQueue() {
    List<String> said = IntStream.range(0, 100).mapToObj(i -> "m" + i).toList();
    said.forEach(stage::send);
    stage.start(stage.consumer().on("Said", Stage::record));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactlyInAnyOrderElementsOf(said);
    assertThat(stage.heard.processed).hasValue(100);
  }

  @Test
  void copiesOfAMessageTakeEffectOnce() {
    for (int copy = 0; copy < 5; copy++) {
      stage.send("0193e7a2-0000-7000-8000-000000000001", "once");
    }
    stage.start(stage.consumer().on("Said", Stage::record));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactly("once");
    assertThat(stage.heard.processed).hasValue(1);
  }

  @Test
  void aFailedMessageComesAgain() {
    AtomicInteger deliveries = new AtomicInteger();
    stage.send("said");
    stage.start(
        stage
            .consumer()
            .on(
                "Said",
                (message, context) -> {
                  Stage.record(message, context);
                  deliveries.set(message.receiveCount());
                  if (message.receiveCount() < 3) {
                    throw new IllegalStateException("not yet");
                  }
                }));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactly("said");
    assertThat(deliveries).hasValue(3);
    assertThat(stage.heard.failures).hasSize(2);
  }

  @Test
  void aTypeWithoutAHandlerStaysInTheQueue() {
    stage.send("said");
    stage.start(stage.consumer().on("Other", Stage::record));
    await().atMost(Stage.PATIENCE).until(() -> !stage.heard.failures.isEmpty());
    assertThat(stage.heard.failures.peek())
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("no handler for type 'Said' from queue " + stage.name);
    assertThat(stage.queued()).isEqualTo(1);
    assertThat(stage.effects()).isEmpty();
  }

  @Test
  void aHandlerOfAnyTypeTakesTheOthers() {
    stage.send("said");
    stage.start(stage.consumer().on("Other", (m, c) -> {}).onAny(Stage::record));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactly("said");
  }

  @Test
  void aSlowHandlerStallsNobody() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    stage.send("slow");
    IntStream.range(0, 40).forEach(i -> stage.send("quick"));
    stage.start(
        stage
            .consumer()
            .concurrency(2)
            .on(
                "Said",
                (message, context) -> {
                  if (message.payload().equals("slow")) {
                    slow.await();
                  }
                  Stage.record(message, context);
                }));
    stage.awaitEffects(40);
    assertThat(stage.effects()).doesNotContain("slow");
    slow.countDown();
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).hasSize(41);
  }

  @Test
  void aHandlerSlowerThanTheVisibilityTimeoutHasTheMessageForItself() {
    stage.send("said");
    AtomicInteger runs = new AtomicInteger();
    for (int each = 0; each < 2; each++) {
      stage.start(
          stage
              .consumer()
              .visibility(Duration.ofSeconds(2))
              .heartbeat(Duration.ofMillis(300))
              .on(
                  "Said",
                  (message, context) -> {
                    runs.incrementAndGet();
                    long begun = System.nanoTime();
                    // Time is what this is about: more than a visibility timeout of it.
                    await()
                        .pollInterval(Duration.ofMillis(100))
                        .until(() -> System.nanoTime() - begun > 3_000_000_000L);
                    Stage.record(message, context);
                  }));
    }
    stage.awaitEmptyQueue();
    assertThat(runs).hasValue(1);
    assertThat(Stage.AWS.deliveries().of(stage.name).received()).isEqualTo(1);
  }

  @Test
  void aQueueThatIsAwayComesBack() {
    Stage.AWS.faults().down(stage.name);
    stage.start(stage.consumer().on("Said", Stage::record));
    await().atMost(Stage.PATIENCE).until(() -> stage.heard.receiveFailures.get() > 0);
    Stage.AWS.faults().up(stage.name);
    stage.send("said");
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactly("said");
  }

  @Test
  void faultsOfTheQueueNeitherLoseNorDouble() {
    List<String> said = IntStream.range(0, 100).mapToObj(i -> "m" + i).toList();
    said.forEach(stage::send);
    Stage.AWS.faults().on(stage.name, Stage.FAULTS);
    stage.start(stage.consumer().visibility(Duration.ofSeconds(3)).on("Said", Stage::record));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactlyInAnyOrderElementsOf(said);
  }

  @Test
  void aQueueMayComeLaterThanItsConsumer() {
    String late = stage.name + "-late";
    stage.start(stage.consumer().queue(late).onAny(Stage::record));
    await().atMost(Stage.PATIENCE).until(() -> stage.heard.receiveFailures.get() > 1);
    String url = Stage.AWS.createQueue(late);
    Stage.AWS.sqs().sendMessage(request -> request.queueUrl(url).messageBody("at last"));
    stage.awaitEffects(1);
    assertThat(stage.effects()).containsExactly("at last");
  }

  @Test
  void aTopicsMessagesComeTheSameWithAndWithoutEnvelope() {
    String raw = stage.name + "-raw";
    Stage.AWS.createQueue(raw);
    String topic = Stage.AWS.createTopic(stage.name);
    Stage.AWS.subscribe(topic, stage.name, false);
    Stage.AWS.subscribe(topic, raw, true);
    ConcurrentLinkedQueue<ReceivedMessage> received = new ConcurrentLinkedQueue<>();
    stage.start(stage.consumer().onAny((message, context) -> received.add(message)));
    stage.start(
        SqsConsumer.builder(Stage.AWS.sqsAsync(), Inbox.of(stage.database.pool(2), "raw"))
            .waitTime(Duration.ofSeconds(1))
            .queue(raw)
            .onAny((message, context) -> received.add(message)));
    publish(topic);
    await().atMost(Stage.PATIENCE).until(() -> received.size() == 2);
    assertThat(received)
        .allSatisfy(
            message -> {
              assertThat(message.id()).isEqualTo("0193e7a2-0000-7000-8000-000000000001");
              assertThat(message.type()).contains("OrderPlaced");
              assertThat(message.payload()).isEqualTo("{\"total\": 3}");
              assertThat(message.headers().toJson())
                  .isEqualTo(Headers.parse("{\"tenant\":\"a\",\"size\":3}").toJson());
            });
  }

  private static void publish(String topic) {
    Stage.AWS
        .sns()
        .publish(
            request ->
                request
                    .topicArn(topic)
                    .message("{\"total\": 3}")
                    .messageAttributes(
                        Map.of(
                            WireFormat.ID, of("String", "0193e7a2-0000-7000-8000-000000000001"),
                            WireFormat.TYPE, of("String", "OrderPlaced"),
                            WireFormat.OVERFLOW, of("String", "{\"tenant\":\"a\",\"size\":3}"))));
  }

  private static MessageAttributeValue of(String type, String value) {
    return MessageAttributeValue.builder().dataType(type).stringValue(value).build();
  }
}
