package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.InboxListener;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;

class SettlementIT {

  private static final Duration LONG = Duration.ofMinutes(10);

  private final Stage stage = new Stage("");
  private final CompletableFuture<DeleteMessageBatchResponse> deleting = new CompletableFuture<>();
  private final AtomicInteger changes = new AtomicInteger();

  /** Rests would take days. */
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
          boolean lingers = unit.toMillis(delay) == 5;
          return super.schedule(task, lingers ? delay : TimeUnit.DAYS.toNanos(1), unit);
        }
      };

  @AfterEach
  void stop() {
    timer.shutdownNow();
    stage.close();
  }

  /** Its deletes hang, and its first return fails. */
  private SqsAsyncClient troubled() {
    return (SqsAsyncClient)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {SqsAsyncClient.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "deleteMessageBatch" -> deleting;
                  case "changeMessageVisibilityBatch" ->
                      changes.incrementAndGet() == 1
                          ? CompletableFuture.failedFuture(new IllegalStateException("away"))
                          : method.invoke(Stage.AWS.sqsAsync(), arguments);
                  default -> method.invoke(Stage.AWS.sqsAsync(), arguments);
                });
  }

  @Test
  void aDeleteThatHangsKeepsNoReturnWaiting() throws Exception {
    stage.send("deleted");
    stage.send("returned");
    SqsQueue queue = new SqsQueue(QueueAddress.parse(stage.name), troubled(), troubled(), LONG);
    queue.find().get();
    Settings settings = Settings.of(stage.consumer(), QueueAddress.parse(stage.name));
    Heartbeat heartbeat = new Heartbeat(queue, settings, InboxListener.NONE);
    Settlement settlement = new Settlement(queue, heartbeat, settings, timer, InboxListener.NONE);
    List<Delivery> two = new ArrayList<>();
    while (two.size() < 2) {
      queue.receive(10, Duration.ofSeconds(1), "first").get().messages().stream()
          .map(message -> new Delivery(message, false, System.nanoTime() + LONG.toNanos()))
          .forEach(two::add);
    }
    settlement.giveBack(two.subList(1, 2));
    await().atMost(Stage.PATIENCE).until(() -> changes.get() == 1);
    settlement.delete(two.get(0));
    CompletableFuture<Boolean> flushed =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return settlement.flush(LONG.toNanos());
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    await().atMost(Stage.PATIENCE).until(() -> stage.visible() == 1);
    assertThat(flushed).isNotDone();
    deleting.complete(DeleteMessageBatchResponse.builder().build());
    assertThat(flushed.get(60, TimeUnit.SECONDS)).isTrue();
  }
}
