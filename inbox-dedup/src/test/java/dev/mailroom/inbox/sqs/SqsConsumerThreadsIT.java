package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.InboxListener;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Threads that cannot be had, that hang, and that heed no interrupt. */
class SqsConsumerThreadsIT {

  private static final Duration LONG = Duration.ofMinutes(10);

  private final Stage stage = new Stage("");
  private final Stage fifo = new Stage(".fifo");

  @AfterEach
  void stop() {
    stage.close();
    fifo.close();
  }

  @Test
  void whatGetsNoThreadStaysAndAsksAgain() {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    AtomicInteger tasks = new AtomicInteger();
    Executor poor =
        task -> {
          if (tasks.incrementAndGet() <= 3) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          threads.execute(task);
        };
    IntStream.range(0, 30).forEach(i -> stage.send("m" + i));
    stage.start(
        stage.consumer().visibility(LONG).concurrency(1).executor(poor).onAny(Stage::record));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).hasSize(30);
    assertThat(Stage.AWS.deliveries().of(stage.name).received()).isEqualTo(30);
    threads.shutdownNow();
  }

  @Test
  void whatAClosedExecutorRefusesGoesBackWhenTheConsumerCloses() {
    AtomicInteger refusals = new AtomicInteger();
    Executor ended =
        task -> {
          refusals.incrementAndGet();
          throw new RejectedExecutionException("closed");
        };
    AtomicReference<String> held = new AtomicReference<>();
    InboxListener listener =
        new InboxListener() {
          @Override
          public void holds(String source, int running, int waiting) {
            held.set(running + " " + waiting);
          }
        };
    IntStream.range(0, 30).forEach(i -> stage.send("m" + i));
    SqsConsumer consumer =
        stage.start(
            stage
                .consumer()
                .visibility(LONG)
                .executor(ended)
                .listener(listener)
                .onAny(Stage::record));
    await().atMost(Stage.PATIENCE).until(() -> refusals.get() > 40);
    consumer.close();
    assertThat(stage.visible()).isEqualTo(30);
    assertThat(Stage.AWS.deliveries().of(stage.name).received()).isLessThanOrEqualTo(20);
    assertThat(held).hasValue("0 0");
  }

  @Test
  void closingAConsumerLeavesAnotherOfItsBuilderAlone() {
    SqsConsumer.Builder builder = stage.consumer().onAny(Stage::record);
    SqsConsumer first = stage.start(builder);
    stage.start(builder);
    first.close();
    stage.send("said");
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactly("said");
  }

  @Test
  void whatWaitsBehindAHandlerThatHeedsNoInterruptGoesBack() {
    CountDownLatch ending = new CountDownLatch(1);
    fifo.sendOrdered("g", "stuck");
    fifo.sendOrdered("g", "behind");
    fifo.start(
        fifo.consumer()
            .visibility(LONG)
            .maxProcessing(Duration.ofMillis(300))
            .onAny(
                (message, context) -> {
                  while (ending.getCount() > 0) {
                    Thread.onSpinWait();
                  }
                  Stage.record(message, context);
                }));
    await().atMost(Stage.PATIENCE).until(() -> fifo.heard.returned.get() == 1);
    await().atMost(Stage.PATIENCE).until(() -> fifo.visible() == 1);
    assertThat(fifo.hidden()).isEqualTo(1);
    ending.countDown();
    fifo.awaitEmptyQueue();
    assertThat(fifo.effects()).containsExactly("stuck", "behind");
  }

  /** Time is what this is about: ten visibility timeouts, and one more. */
  @Test
  void whatWaitsForAThreadForEverIsGivenUp() {
    ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    stage.send("said");
    stage.start(
        stage
            .consumer()
            .visibility(Duration.ofSeconds(1))
            .maxProcessing(Duration.ofSeconds(1))
            .executor(tasks::add)
            .onAny(Stage::record));
    await().atMost(Stage.PATIENCE).until(() -> tasks.size() == 2);
    tasks.forEach(Runnable::run);
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactly("said");
  }

  /** The one that runs counts for itself; the others are not begun. */
  @Test
  void aSwallowedInterruptEndsABatchAllTheSame() {
    ConcurrentLinkedQueue<String> begun = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < 5; i++) {
      fifo.sendOrdered("g", "m" + i);
    }
    fifo.start(
        fifo.consumer()
            .batch(5)
            .concurrency(1)
            .maxProcessing(Duration.ofSeconds(1))
            .onAny(
                (message, context) -> {
                  if (message.payload().equals("m0")) {
                    swallow();
                  }
                  begun.add(message.payload() + " " + message.receiveCount());
                  Stage.record(message, context);
                }));
    fifo.awaitEmptyQueue();
    assertThat(fifo.effects()).containsExactly("m0", "m1", "m2", "m3", "m4");
    assertThat(begun).doesNotContain("m1 1");
    assertThat(fifo.heard.interrupted.get()).isGreaterThanOrEqualTo(5);
  }

  private static void swallow() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException swallowed) {
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
  }
}
