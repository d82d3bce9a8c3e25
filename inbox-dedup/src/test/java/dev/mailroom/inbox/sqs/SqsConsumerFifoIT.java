package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.testkit.FaultPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A FIFO queue, on an SQS in this JVM. */
class SqsConsumerFifoIT {

  private static final int GROUPS = 6;
  private static final int LENGTH = 15;

  private final Stage stage = new Stage(".fifo");
  private int batch = 1;

  @AfterEach
  void stop() {
    stage.close();
  }

  @Test
  void groupsKeepTheirOrderThroughFailures() {
    groupsKeepTheirOrder(FaultPlan.NONE);
  }

  @Test
  void groupsKeepTheirOrderThroughFailuresAndFaultsOfTheQueue() {
    groupsKeepTheirOrder(Stage.FAULTS);
  }

  @Test
  void groupsKeepTheirOrderInBatches() {
    batch = 7;
    groupsKeepTheirOrder(FaultPlan.NONE);
  }

  private void groupsKeepTheirOrder(FaultPlan faults) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Set<String> failing = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < LENGTH; i++) {
      for (int group = 0; group < GROUPS; group++) {
        stage.sendOrdered("g" + group, payload(group, i));
        if (random.nextInt(8) == 0) {
          failing.add(payload(group, i));
        }
      }
    }
    Stage.AWS.faults().on(stage.name, faults);
    for (int each = 0; each < 2; each++) {
      stage.start(
          stage
              .consumer()
              .visibility(Duration.ofSeconds(3))
              .batch(batch)
              .on(
                  "Said",
                  (message, context) -> {
                    Stage.record(message, context);
                    if (failing.remove(message.payload())) {
                      throw new IllegalStateException("the first time");
                    }
                  }));
    }
    stage.awaitEmptyQueue();
    List<String> effects = stage.effects();
    for (int group = 0; group < GROUPS; group++) {
      String prefix = "g" + group + "-";
      assertThat(effects.stream().filter(effect -> effect.startsWith(prefix)))
          .as("group %d with seed %d", group, seed)
          .containsExactlyElementsOf(sequence(group));
    }
    assertThat(failing).as("seed %d", seed).isEmpty();
  }

  @Test
  void aFailureStopsItsOwnGroupAlone() {
    stage.sendOrdered("bad", "bad 1");
    stage.sendOrdered("bad", "bad 2");
    for (int i = 0; i < LENGTH; i++) {
      stage.sendOrdered("good", payload(0, i));
    }
    stage.start(
        stage
            .consumer()
            .on(
                "Said",
                (message, context) -> {
                  if (message.payload().equals("bad 1")) {
                    throw new IllegalStateException("always");
                  }
                  Stage.record(message, context);
                }));
    await()
        .atMost(Stage.PATIENCE)
        .until(() -> stage.effects().size() == LENGTH && stage.heard.failures.size() > 2);
    assertThat(stage.effects()).containsExactlyElementsOf(sequence(0));
  }

  /** Left hidden, they would come again after ten minutes. */
  @Test
  void theRestOfAGroupGoesBackAtOnce() {
    List<String> said = sequence(0);
    said.forEach(each -> stage.sendOrdered("g", each));
    AtomicInteger failures = new AtomicInteger();
    ConcurrentLinkedQueue<String> tried = new ConcurrentLinkedQueue<>();
    stage.start(
        stage
            .consumer()
            .visibility(Duration.ofMinutes(10))
            .on(
                "Said",
                (message, context) -> {
                  tried.add(message.payload());
                  if (message.payload().equals(payload(0, 2)) && failures.getAndIncrement() == 0) {
                    throw new IllegalStateException("the first time");
                  }
                  Stage.record(message, context);
                }));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactlyElementsOf(said);
    assertThat(tried).hasSize(LENGTH + 1);
    assertThat(stage.heard.returned).hasPositiveValue();
  }

  /** A lost answer hides its messages for ten minutes, unless the poll that follows repeats it. */
  @Test
  void aPollWhoseAnswerWasLostIsRepeated() {
    List<String> said = sequence(0);
    said.forEach(each -> stage.sendOrdered("g", each));
    Stage.AWS.faults().on(stage.name, FaultPlan.NONE.withLostResponse(0.5));
    stage.start(stage.consumer().visibility(Duration.ofMinutes(10)).on("Said", Stage::record));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactlyElementsOf(said);
  }

  @Test
  void aCopyInProgressElsewhereHoldsUpItsGroupAlone() throws Exception {
    String id = UUID.randomUUID().toString();
    stage.sendOrdered(id, "held", "copy");
    stage.sendOrdered("held", "behind");
    stage.sendOrdered("free", "free");
    stage.inbox.process(
        ReceivedMessage.of(id, "first"),
        context -> {
          Stage.record(context.message(), context);
          stage.start(stage.consumer().visibility(Duration.ofSeconds(2)).on("Said", Stage::record));
          await()
              .atMost(Stage.PATIENCE)
              .until(() -> stage.heard.inProgress.get() > 0 && !stage.effects().isEmpty());
          assertThat(stage.effects()).containsExactly("free");
        });
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactlyInAnyOrder("first", "free", "behind");
    assertThat(stage.heard.duplicates).hasValue(1);
  }

  /** Time is what this is about: after its backoff it would come again within the second. */
  @Test
  void aCopyInProgressElsewhereUsesUpFewDeliveries() {
    String id = UUID.randomUUID().toString();
    stage.sendOrdered(id, "held", "copy");
    stage.inbox.process(
        ReceivedMessage.of(id, "first"),
        context -> {
          stage.start(
              stage.consumer().visibility(Duration.ofMinutes(10)).on("Said", Stage::record));
          await().atMost(Stage.PATIENCE).until(() -> stage.heard.inProgress.get() == 1);
        });
    await()
        .during(Duration.ofSeconds(3))
        .atMost(Stage.PATIENCE)
        .until(() -> stage.hidden() == 1 && stage.heard.duplicates.get() == 0);
  }

  private static String payload(int group, int number) {
    return "g" + group + "-" + number;
  }

  private static List<String> sequence(int group) {
    List<String> sequence = new ArrayList<>();
    for (int i = 0; i < LENGTH; i++) {
      sequence.add(payload(group, i));
    }
    return sequence;
  }
}
