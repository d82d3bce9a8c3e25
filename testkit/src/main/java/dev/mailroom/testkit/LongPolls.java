package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Long polls on FIFO queues. ElasticMQ would keep a processor busy while it waits on a queue whose
 * groups are locked; so here it is asked without waiting, again after everything that may have made
 * a message available, and now and then for what time alone makes available.
 */
final class LongPolls {

  private static final long ANYWAY_MILLIS = 200;

  private final Queues queues;
  private final QueueSettings settings;

  // Both guarded by this. A queue's version tells whether something happened since it was asked.
  private final Map<String, Deque<Turn>> waiting = new HashMap<>();
  private final Map<String, Long> versions = new HashMap<>();

  LongPolls(Queues queues, QueueSettings settings) {
    this.queues = queues;
    this.settings = settings;
  }

  CompletableFuture<Answer> receive(String queue, ObjectNode request) {
    if (!Queues.isFifo(queue)) {
      return queues.call("ReceiveMessage", request);
    }
    int wait = request.path("WaitTimeSeconds").asInt(settings.waitSeconds(queue));
    if (wait < 0 || wait > 20) {
      return queues.call("ReceiveMessage", request);
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(wait).toNanos();
    return poll(queue, request.put("WaitTimeSeconds", 0), deadline);
  }

  private CompletableFuture<Answer> poll(String queue, ObjectNode request, long deadline) {
    long version = version(queue);
    return queues
        .call("ReceiveMessage", request)
        .thenCompose(
            answer -> {
              long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
              if (!answer.isSuccess() || left <= 0) {
                return CompletableFuture.completedFuture(answer);
              }
              if (hasMessages(answer)) {
                // There may be more than this one could carry.
                wake(queue);
                return CompletableFuture.completedFuture(answer);
              }
              return something(queue, version, Math.min(left, ANYWAY_MILLIS))
                  .thenCompose(happened -> poll(queue, request, deadline));
            });
  }

  private static boolean hasMessages(Answer answer) {
    return !Json.parse(answer.body()).path("Messages").isEmpty();
  }

  private synchronized long version(String queue) {
    return versions.getOrDefault(queue, 0L);
  }

  /** Completes when something happens after {@code version}, or after that many milliseconds. */
  private synchronized CompletableFuture<Boolean> something(
      String queue, long version, long millis) {
    if (version(queue) != version) {
      return CompletableFuture.completedFuture(true);
    }
    Turn turn = new Turn();
    waiting.computeIfAbsent(queue, name -> new ArrayDeque<>()).add(turn);
    return turn.come
        .completeOnTimeout(false, millis, TimeUnit.MILLISECONDS)
        .whenComplete((happened, error) -> forget(queue, turn));
  }

  private synchronized void forget(String queue, Turn turn) {
    Deque<Turn> turns = waiting.get(queue);
    if (turns != null) {
      turns.remove(turn);
    }
  }

  /** Lets the one who waits longest on {@code queue} look again. */
  void wake(String queue) {
    Turn next;
    synchronized (this) {
      versions.merge(queue, 1L, Long::sum);
      Deque<Turn> turns = waiting.get(queue);
      next = turns == null ? null : turns.poll();
    }
    if (next != null) {
      next.come.complete(true);
    }
  }

  private static final class Turn {

    private final CompletableFuture<Boolean> come = new CompletableFuture<>();
  }
}
