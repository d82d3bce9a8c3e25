package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Handlers on virtual threads, which Java has since 21. */
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsIT {

  private final Stage stage = new Stage(".fifo");

  @AfterEach
  void stop() {
    stage.close();
  }

  @Test
  void handlersRunOnThemAndGroupsKeepTheirOrder() {
    List<String> groups = IntStream.range(0, 6).mapToObj(i -> "g" + i).toList();
    for (int i = 0; i < 10; i++) {
      for (String group : groups) {
        stage.sendOrdered(group, group + "-" + i);
      }
    }
    Set<String> threads = ConcurrentHashMap.newKeySet();
    stage.start(
        stage
            .consumer()
            .virtualThreads()
            .onAny(
                (message, context) -> {
                  threads.add(Thread.currentThread().toString());
                  Stage.record(message, context);
                }));
    stage.awaitEmptyQueue();
    assertThat(threads).isNotEmpty().allMatch(thread -> thread.startsWith("VirtualThread"));
    List<String> effects = stage.effects();
    assertThat(effects).hasSize(60);
    for (String group : groups) {
      assertThat(effects.stream().filter(effect -> effect.startsWith(group))).isSorted();
    }
  }

  @Test
  void closingInterruptsWhatOutlastsItAndGivesBackTheRest() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    stage.sendOrdered("g", "stuck");
    stage.sendOrdered("g", "behind");
    SqsConsumer consumer =
        stage.start(
            stage
                .consumer()
                .virtualThreads()
                .visibility(Duration.ofMinutes(10))
                .shutdown(Duration.ofMillis(100))
                .onAny(
                    (message, context) -> {
                      begun.countDown();
                      try {
                        new CountDownLatch(1).await();
                      } finally {
                        interrupted.countDown();
                      }
                    }));
    await().atMost(Stage.PATIENCE).until(() -> begun.getCount() == 0);
    consumer.close();
    await().atMost(Stage.PATIENCE).until(() -> interrupted.getCount() == 0);
    assertThat(stage.hidden()).isZero();
    assertThat(stage.visible()).isEqualTo(2);
    assertThat(stage.effects()).isEmpty();
  }
}
