package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.mailroom.testkit.FaultPlan;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/** Starting, closing, and messages that were held for too long. */
class SqsConsumerLifeIT {

  private static final Duration LONG = Duration.ofMinutes(10);

  private final Stage stage = new Stage("");

  @AfterEach
  void stop() {
    stage.close();
  }

  @Test
  void closingGivesBackAtOnceWhatHasNotBegunAndLetsTheRestEnd() {
    IntStream.range(0, 5).forEach(i -> stage.send("m" + i));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch ending = new CountDownLatch(1);
    SqsConsumer consumer =
        stage.start(
            stage
                .consumer()
                .visibility(LONG)
                .concurrency(1)
                .on(
                    "Said",
                    (message, context) -> {
                      begun.countDown();
                      ending.await();
                      Stage.record(message, context);
                    }));
    await().atMost(Stage.PATIENCE).until(() -> stage.hidden() == 5 && begun.getCount() == 0);
    // Not in the common pool: on two cores it has one thread, and the queue's answers need it.
    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(consumer::close, task -> new Thread(task, "closing").start());
    await().atMost(Stage.PATIENCE).until(() -> stage.visible() == 4);
    assertThat(closing).isNotDone();
    ending.countDown();
    closing.join();
    assertThat(stage.effects()).hasSize(1);
    assertThat(stage.visible()).isEqualTo(4);
    assertThat(stage.hidden()).isZero();
  }

  @Test
  void aClosedConsumerTakesNothingWithIt() {
    SqsConsumer consumer = stage.start(stage.consumer().visibility(LONG).onAny(Stage::record));
    stage.send("before");
    stage.awaitEffects(1);
    consumer.close();
    stage.send("after");
    stage.start(stage.consumer().onAny(Stage::record));
    stage.awaitEffects(2);
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactly("before", "after");
  }

  @Test
  void aHandlerThatOutlastsClosingIsInterruptedAndItsMessageGoesBack() throws Exception {
    stage.send("said");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    SqsConsumer consumer =
        stage.start(
            stage
                .consumer()
                .visibility(LONG)
                .shutdown(Duration.ofMillis(100))
                .on(
                    "Said",
                    (message, context) -> {
                      begun.countDown();
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                      }
                    }));
    begun.await();
    consumer.close();
    interrupted.await();
    assertThat(stage.visible()).isEqualTo(1);
    assertThat(stage.hidden()).isZero();
    assertThat(stage.effects()).isEmpty();
  }

  @Test
  void aHandlerThatHeedsNoInterruptDoesNotKeepItsMessageHidden() {
    stage.send("said");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch ending = new CountDownLatch(1);
    SqsConsumer consumer =
        stage.start(
            stage
                .consumer()
                .visibility(LONG)
                .shutdown(Duration.ZERO)
                .on(
                    "Said",
                    (message, context) -> {
                      begun.countDown();
                      while (ending.getCount() > 0) {
                        Thread.onSpinWait();
                      }
                    }));
    await().atMost(Stage.PATIENCE).until(() -> begun.getCount() == 0);
    consumer.close();
    await().atMost(Stage.PATIENCE).until(() -> stage.visible() == 1);
    ending.countDown();
  }

  @Test
  void whatALongPollTakesWhileClosingGoesBack() {
    Stage.AWS.faults().on(stage.name, FaultPlan.NONE.withLatency(Duration.ofSeconds(2)));
    stage.send("said");
    SqsConsumer consumer =
        stage.start(stage.consumer().visibility(LONG).shutdown(Duration.ZERO).onAny(Stage::record));
    await().atMost(Stage.PATIENCE).until(() -> stage.hidden() == 1 || !stage.effects().isEmpty());
    consumer.close();
    assertThat(stage.hidden()).isZero();
    assertThat(stage.visible() + stage.effects().size()).isEqualTo(1);
  }

  @Test
  void heartbeatsKeepWhatWaits() {
    IntStream.range(0, 4).forEach(i -> stage.send("m" + i));
    stage.start(
        stage
            .consumer()
            .concurrency(1)
            .visibility(Duration.ofSeconds(3))
            .heartbeat(Duration.ofMillis(500))
            .on(
                "Said",
                (message, context) -> {
                  long begun = System.nanoTime();
                  // Time is what this is about: the last waits for two visibility timeouts.
                  await()
                      .pollInterval(Duration.ofMillis(100))
                      .until(() -> System.nanoTime() - begun > 2_000_000_000L);
                  Stage.record(message, context);
                }));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).hasSize(4);
    assertThat(Stage.AWS.deliveries().of(stage.name).received()).isEqualTo(4);
    assertThat(stage.heard.extended).hasPositiveValue();
  }

  /** A heartbeat sets ten minutes: a message that one hits after its backoff does not come back. */
  @Test
  void noHeartbeatOverwritesABackoff() {
    IntStream.range(0, 40).forEach(i -> stage.send("m" + i));
    stage.start(
        stage
            .consumer()
            .visibility(LONG)
            .heartbeat(Duration.ofMillis(100))
            .on(
                "Said",
                (message, context) -> {
                  long begun = System.nanoTime();
                  long nanos = ThreadLocalRandom.current().nextLong(300_000_000);
                  await()
                      .pollInterval(Duration.ofMillis(10))
                      .until(() -> System.nanoTime() - begun > nanos);
                  if (message.receiveCount() < 3) {
                    throw new IllegalStateException("not yet");
                  }
                  Stage.record(message, context);
                }));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).hasSize(40);
  }

  @Test
  void whatCannotBeDeletedComesAgainAsADuplicate() {
    Stage.AWS.faults().on(stage.name, FaultPlan.NONE.withPartialFailure(1));
    stage.send("said");
    stage.start(stage.consumer().visibility(Duration.ofSeconds(1)).on("Said", Stage::record));
    await().atMost(Stage.PATIENCE).until(() -> stage.heard.deleteFailures.get() > 0);
    stage.heal();
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactly("said");
    assertThat(stage.heard.duplicates).hasPositiveValue();
  }

  @Test
  void aConsumerStartsOnce() {
    SqsConsumer consumer = stage.start(stage.consumer().onAny(Stage::record));
    assertThatIllegalStateException().isThrownBy(consumer::start).withMessageContaining("started");
    consumer.close();
    consumer.close();
    assertThatIllegalStateException().isThrownBy(consumer::start).withMessageContaining("closed");
  }

  /** Heartbeats fail here, and the first copy waits in the executor until a second one comes. */
  @Test
  void aMessageThatIsOursNoLongerIsNotRun() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    stage.send("said");
    try (SqsAsyncClient broken =
        Stage.AWS
            .configure(SqsAsyncClient.builder())
            .endpointOverride(URI.create("http://127.0.0.1:1"))
            .build()) {
      stage.start(
          SqsConsumer.builder(broken, stage.inbox)
              .queue(stage.url)
              .receiveClient(Stage.AWS.sqsAsync())
              .waitTime(Duration.ofSeconds(1))
              .listener(stage.heard)
              .visibility(Duration.ofSeconds(2))
              .executor(tasks::add)
              .onAny(Stage::record));
      Runnable first = tasks.take();
      Runnable second = tasks.take();
      // At once, for that one has two seconds.
      second.run();
      first.run();
      assertThat(stage.effects()).containsExactly("said");
      assertThat(stage.heard.processed).hasValue(1);
      assertThat(stage.heard.duplicates).hasValue(0);
      stage.close();
    }
  }
}
