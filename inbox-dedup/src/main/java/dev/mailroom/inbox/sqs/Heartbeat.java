package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.sqs.SqsQueue.Refusal;
import dev.mailroom.inbox.sqs.SqsQueue.Visibility;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Extends the visibility timeout of every message held, running or waiting; each waits for its own
 * call only. Thread-safe.
 */
final class Heartbeat implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

  /** Calls under way at once: the rest of the client's connections is for deletes. */
  private static final int CALLS = 10;

  private final SqsQueue queue;
  private final Duration visibility;
  private final Settings settings;
  private final InboxListener listener;
  private final Set<Delivery> held = ConcurrentHashMap.newKeySet();
  private final Object lock = new Object();

  /** Due and not yet asked for; guarded by {@link #lock}. */
  private final Deque<List<Delivery>> batches = new ArrayDeque<>();

  /** Guarded by {@link #lock}. */
  private int calls;

  Heartbeat(SqsQueue queue, Settings settings, InboxListener listener) {
    this.queue = queue;
    this.visibility = settings.visibility();
    this.settings = settings;
    this.listener = listener;
  }

  void hold(Delivery delivery) {
    held.add(delivery);
  }

  /**
   * No longer extends the message.
   *
   * @return completes when no call is under way that may extend it, so that what is done to its
   *     visibility then is the last word
   */
  CompletableFuture<?> release(Delivery delivery) {
    held.remove(delivery);
    return delivery.extension();
  }

  /** One round, called every interval. */
  @Override
  public void run() {
    try {
      list(System.nanoTime());
      send();
    } catch (RuntimeException e) {
      log.error("A heartbeat failed; the next comes in {}", settings.heartbeat(), e);
    }
  }

  /** Nothing as long as the last round's are not all on their way. */
  private void list(long now) {
    synchronized (lock) {
      if (batches.isEmpty()) {
        List<Delivery> due = held.stream().filter(delivery -> isDue(delivery, now)).toList();
        for (int from = 0; from < due.size(); from += SqsQueue.BATCH) {
          batches.add(due.subList(from, Math.min(from + SqsQueue.BATCH, due.size())));
        }
      }
    }
  }

  /**
   * Not what came or was extended less than half an interval ago; nor what the queue may have given
   * to someone else meanwhile; nor what waits for ever, since its turn may never come here.
   */
  private boolean isDue(Delivery delivery, long now) {
    long fresh = visibility.minus(settings.heartbeat().dividedBy(2)).toNanos();
    return !delivery.isOursFor(fresh, now)
        && delivery.isOursFor(0, now)
        && delivery.extension().isDone()
        && !delivery.isOlderThan(settings.maxWaiting().toNanos(), now);
  }

  private void send() {
    for (List<Delivery> batch = next(); !batch.isEmpty(); batch = next()) {
      extend(batch);
    }
  }

  private List<Delivery> next() {
    synchronized (lock) {
      if (calls == CALLS || batches.isEmpty()) {
        return List.of();
      }
      calls++;
      return batches.remove();
    }
  }

  private void extend(List<Delivery> listed) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    // Before it is seen that it is held: who releases it meanwhile finds this call under way.
    listed.forEach(delivery -> delivery.extending(ended));
    List<Delivery> batch = listed.stream().filter(held::contains).toList();
    int seconds = (int) visibility.toSeconds();
    long asked = System.nanoTime();
    CompletableFuture<List<Refusal<Visibility>>> call =
        batch.isEmpty()
            ? CompletableFuture.completedFuture(List.of())
            : queue.change(batch.stream().map(each -> new Visibility(each, seconds)).toList());
    var unused =
        call.whenComplete(
            (refusals, failure) -> {
              if (failure != null) {
                log.warn("{} messages could not be extended: {}", batch.size(), failure.toString());
              } else {
                extended(batch, refusals, asked);
              }
              ended.complete(null);
              synchronized (lock) {
                calls--;
              }
              send();
            });
  }

  private void extended(List<Delivery> batch, List<Refusal<Visibility>> refusals, long asked) {
    Set<Delivery> refused = new HashSet<>();
    for (Refusal<Visibility> refusal : refusals) {
      Delivery delivery = refusal.entry().delivery();
      refused.add(delivery);
      if (refusal.isFinal()) {
        delivery.lose(asked);
      }
      log.warn("{} could not be extended: {}", delivery, refusal.code());
    }
    long until = asked + visibility.toNanos();
    batch.stream()
        .filter(delivery -> !refused.contains(delivery))
        .forEach(delivery -> delivery.extend(until));
    if (batch.size() > refused.size()) {
      listener.extended(queue.name(), batch.size() - refused.size());
    }
  }
}
