package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.testkit.FaultPlan;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/** How often a queue is asked, by how many polls at once, and answers that are read late. */
class PollsIT {

  private final Stage stage = new Stage("");
  private final Stage fifo = new Stage(".fifo");
  private final AtomicInteger polls = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  @AfterEach
  void stop() {
    stage.close();
    fifo.close();
  }

  private static SqsAsyncClient client(ExecutionInterceptor interceptor) {
    return Stage.AWS
        .configure(SqsAsyncClient.builder())
        .overrideConfiguration(o -> o.addExecutionInterceptor(interceptor))
        .build();
  }

  private ExecutionInterceptor counting() {
    return new ExecutionInterceptor() {
      @Override
      public void beforeExecution(Context.BeforeExecution call, ExecutionAttributes attributes) {
        polls.incrementAndGet();
        most.accumulateAndGet(open.incrementAndGet(), Math::max);
      }

      @Override
      public void afterExecution(Context.AfterExecution call, ExecutionAttributes attributes) {
        open.decrementAndGet();
      }

      @Override
      public void onExecutionFailure(Context.FailedExecution call, ExecutionAttributes attributes) {
        open.decrementAndGet();
      }
    };
  }

  private void drain(Stage from) {
    try (SqsAsyncClient client = client(counting())) {
      from.start(
          from.consumer().concurrency(20).prefetch(80).receiveClient(client).onAny(Stage::record));
      from.awaitEmptyQueue();
      from.close();
    }
  }

  @Test
  void aFullQueueIsReadByAFewPollsAtOnce() {
    for (int i = 0; i < 100; i++) {
      stage.send("m" + i);
    }
    // Else the first could be answered before the second is asked.
    Stage.AWS.faults().on(stage.name, FaultPlan.NONE.withLatency(Duration.ofMillis(200)));
    drain(stage);
    assertThat(most.get()).isBetween(2, 5);
  }

  @Test
  void aFifoQueueIsReadByOnePollAtATime() {
    for (int i = 0; i < 100; i++) {
      fifo.sendOrdered("g" + i, "m" + i);
    }
    drain(fifo);
    assertThat(most.get()).isEqualTo(1);
  }

  /** Time is what this is about: ten polls that do not wait have nine pauses between them. */
  @Test
  void anEmptyQueueIsNotAskedWithoutAPause() {
    long begun = System.nanoTime();
    try (SqsAsyncClient client = client(counting())) {
      stage.start(
          stage.consumer().receiveClient(client).waitTime(Duration.ZERO).onAny(Stage::record));
      await().atMost(Stage.PATIENCE).until(() -> polls.get() >= 10);
      int asked = polls.get();
      assertThat(System.nanoTime() - begun).isGreaterThan(asked * 80_000_000L);
      stage.close();
    }
  }

  /** As in a process that stood still with it in a socket. */
  @Test
  void anAnswerReadAfterItsVisibilityTimeoutIsNotRun() {
    ConcurrentLinkedQueue<Integer> runs = new ConcurrentLinkedQueue<>();
    AtomicInteger answers = new AtomicInteger();
    ExecutionInterceptor late =
        new ExecutionInterceptor() {
          @Override
          public void afterExecution(Context.AfterExecution call, ExecutionAttributes attributes) {
            boolean any = !((ReceiveMessageResponse) call.response()).messages().isEmpty();
            long begun = System.nanoTime();
            if (any && answers.incrementAndGet() == 1) {
              await().until(() -> System.nanoTime() - begun > 4_000_000_000L);
            }
          }
        };
    stage.send("said");
    try (SqsAsyncClient client = client(late)) {
      stage.start(
          stage
              .consumer()
              .receiveClient(client)
              .waitTime(Duration.ZERO)
              .visibility(Duration.ofSeconds(2))
              .onAny((message, context) -> runs.add(message.receiveCount())));
      stage.awaitEmptyQueue();
      stage.close();
    }
    assertThat(runs).singleElement().satisfies(count -> assertThat(count).isGreaterThan(1));
  }
}
