package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.testkit.FaultPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
