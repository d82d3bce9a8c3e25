package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.sqs.SqsQueue.Visibility;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Ends our hold of a message: it is deleted, or shown to receivers again. Thread-safe. */
final class Settlement {

  /** About as long as a database takes to notice that a host is gone, where it is set to. */
  private static final Duration MUCH_LATER = Duration.ofSeconds(30);

  private final SqsQueue queue;
  private final Heartbeat heartbeat;
  private final InboxListener listener;
  private final Settings settings;
  private final Batcher<Delivery> deletes;
  private final Batcher<Visibility> returns;

  Settlement(
      SqsQueue queue,
      Heartbeat heartbeat,
      Settings settings,
      ScheduledExecutorService timer,
      InboxListener listener) {
    this.queue = queue;
    this.heartbeat = heartbeat;
    this.listener = listener;
    this.settings = settings;
    this.deletes =
        new Batcher<>(
            "delete",
            queue::delete,
            timer,
            (delivery, problem) -> listener.deleteFailed(queue.name(), problem));
    this.returns = new Batcher<>("return", queue::change, timer, (visibility, problem) -> {});
  }

  Heartbeat heartbeat() {
    return heartbeat;
  }

  void delete(Delivery delivery) {
    var unused = heartbeat.release(delivery);
    deletes.add(delivery, CompletableFuture.completedFuture(null));
  }

  /** The message was tried: the more often it was delivered, the longer it stays away. */
  void retryLater(Delivery delivery) {
    show(delivery, backoff(delivery));
  }

  /**
   * A copy of the message is being processed elsewhere, if only by a process that died: until its
   * database notices that, trying again uses up deliveries.
   */
  void retryMuchLater(Delivery delivery) {
    int longer = (int) Math.min(settings.visibility().toSeconds(), MUCH_LATER.toSeconds());
    show(delivery, Math.max(backoff(delivery), longer));
  }

  private int backoff(Delivery delivery) {
    return settings.backoff().seconds(delivery.receiveCount(), ThreadLocalRandom.current());
  }

  /** The message was tried for the last time: the queue moves it away when it is next asked. */
  void giveUp(Delivery delivery) {
    show(delivery, 0);
  }

  /** The messages were not tried: anyone can have them at once. */
  void giveBack(List<Delivery> deliveries) {
    deliveries.forEach(delivery -> show(delivery, 0));
    if (!deliveries.isEmpty()) {
      listener.returned(queue.name(), deliveries.size());
    }
  }

  /** The queue has taken the message back by itself, or will. */
  void forget(Delivery delivery) {
    var unused = heartbeat.release(delivery);
  }

  /**
   * In a FIFO queue, messages can be shown in any order: the queue hands out none of a group while
   * an earlier one is still hidden, and then hands them out in order. A message that is ours no
   * longer is left alone: someone else may hold it.
   */
  private void show(Delivery delivery, int seconds) {
    CompletableFuture<?> quiet = heartbeat.release(delivery);
    if (delivery.isOursFor(0, System.nanoTime())) {
      returns.add(new Visibility(delivery, seconds), quiet);
    }
  }

  /** Whether all calls came to their end within {@code nanos}: a delete keeps no return waiting. */
  boolean flush(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    returns.hurry();
    boolean deleted = deletes.awaitIdle(nanos);
    return returns.awaitIdle(
            Math.max(TimeUnit.MILLISECONDS.toNanos(1), deadline - System.nanoTime()))
        && deleted;
  }
}
