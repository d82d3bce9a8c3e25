package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.sqs.SqsQueue.Refusal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatcherTest {

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
  private static final CompletableFuture<?> NOW = CompletableFuture.completedFuture(null);

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final List<List<Integer>> calls = Collections.synchronizedList(new ArrayList<>());

  private final List<String> givenUp = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private Batcher<Integer> batcher(
      Function<List<Integer>, CompletableFuture<List<Refusal<Integer>>>> answer) {
    return new Batcher<>(
        "delete",
        batch -> {
          calls.add(List.copyOf(batch));
          return answer.apply(batch);
        },
        timer,
        (entry, problem) -> givenUp.add(entry + " " + problem));
  }

  private static CompletableFuture<List<Refusal<Integer>>> taken() {
    return CompletableFuture.completedFuture(List.of());
  }

  @Test
  void callsHoldAtMostTenAndAllIsCalledOnce() throws InterruptedException {
    Batcher<Integer> batcher = batcher(batch -> taken());
    IntStream.range(0, 57).forEach(i -> batcher.add(i, NOW));
    assertThat(batcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(calls).allSatisfy(call -> assertThat(call).hasSizeBetween(1, 10));
    assertThat(calls.stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 57).boxed().toList());
  }

  @Test
  void whatFailsIsTriedAgainAFewTimes() throws InterruptedException {
    Batcher<Integer> batcher =
        batcher(
            batch ->
                CompletableFuture.completedFuture(
                    batch.contains(1) ? List.of(new Refusal<>(1, "KmsThrottled")) : List.of()));
    batcher.add(1, NOW);
    batcher.add(2, NOW);
    assertThat(batcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(calls.stream().flatMap(List::stream).filter(i -> i == 1)).hasSize(8);
    assertThat(givenUp).containsExactly("1 KmsThrottled");
    assertThat(calls.stream().flatMap(List::stream).filter(i -> i == 2)).hasSize(1);
  }

  @Test
  void aCallThatFailsIsRepeatedWhole() throws InterruptedException {
    Batcher<Integer> batcher =
        batcher(
            batch ->
                calls.size() == 1
                    ? CompletableFuture.failedFuture(new IllegalStateException("no connection"))
                    : taken());
    batcher.add(1, NOW);
    assertThat(batcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(calls).hasSize(2);
  }

  @Test
  void whatIsOursNoLongerIsNotTriedAgain() throws InterruptedException {
    Batcher<Integer> batcher =
        batcher(
            batch ->
                CompletableFuture.completedFuture(
                    List.of(new Refusal<>(1, "AWS.SimpleQueueService.MessageNotInflight"))));
    batcher.add(1, NOW);
    assertThat(batcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(calls).hasSize(1);
  }

  /** Rests would take days. */
  @Test
  void whoWaitsForTheEndCutsRestsShort() throws InterruptedException {
    AtomicBoolean away = new AtomicBoolean(true);
    ScheduledExecutorService slow =
        new ScheduledThreadPoolExecutor(1) {
          @Override
          public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            boolean lingers = unit.toMillis(delay) == 5;
            return super.schedule(task, lingers ? delay : TimeUnit.DAYS.toNanos(1), unit);
          }
        };
    Batcher<Integer> batcher =
        new Batcher<>(
            "delete",
            batch -> {
              calls.add(batch);
              return away.get()
                  ? CompletableFuture.failedFuture(new IllegalStateException("no connection"))
                  : taken();
            },
            slow,
            (entry, problem) -> {});
    batcher.add(1, NOW);
    assertThat(batcher.awaitIdle(1)).isFalse();
    await().until(() -> calls.size() == 1);
    away.set(false);
    assertThat(batcher.awaitIdle(PATIENCE)).isTrue();
    slow.shutdownNow();
  }

  @Test
  void anEntryWaitsForWhatComesBeforeItAndCountsMeanwhile() throws InterruptedException {
    CompletableFuture<Void> heartbeat = new CompletableFuture<>();
    Batcher<Integer> batcher = batcher(batch -> taken());
    batcher.add(1, heartbeat);
    assertThat(batcher.awaitIdle(1)).isFalse();
    assertThat(calls).isEmpty();
    heartbeat.complete(null);
    assertThat(batcher.awaitIdle(PATIENCE)).isTrue();
    assertThat(calls).hasSize(1);
  }
}
