package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.sqs.SqsQueue.Refusal;
import dev.mailroom.inbox.sqs.SqsQueue.Visibility;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Extends the visibility timeout of every message held, running or waiting. Thread-safe. */
final class Heartbeat implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

  private final SqsQueue queue;
  private final Duration visibility;
  private final Duration interval;
  private final InboxListener listener;
  private final Set<Delivery> held = ConcurrentHashMap.newKeySet();
  private volatile CompletableFuture<?> round = CompletableFuture.completedFuture(null);

  Heartbeat(SqsQueue queue, Settings settings, InboxListener listener) {
    this.queue = queue;
    this.visibility = settings.visibility();
    this.interval = settings.heartbeat();
    this.listener = listener;
  }

  void hold(Delivery delivery) {
    held.add(delivery);
  }

  /** No longer extends the message; a call under way may still do so. */
  void release(Delivery delivery) {
    held.remove(delivery);
  }

  /**
   * Completes when no call is under way that extends what was released before this was asked, so
   * that what is done to its visibility then is the last word.
   */
  CompletableFuture<?> quiet() {
    return round;
  }

  /** One round, called every interval. */
  @Override
  public void run() {
    if (!round.isDone()) {
      return;
    }
    // Set before the messages are listed: who is listed and released finds this round under way.
    CompletableFuture<Void> started = new CompletableFuture<>();
    round = started;
    List<CompletableFuture<?>> calls = new ArrayList<>();
    try {
      List<Delivery> due = due(System.nanoTime());
      for (int from = 0; from < due.size(); from += SqsQueue.BATCH) {
        calls.add(extend(due.subList(from, Math.min(from + SqsQueue.BATCH, due.size()))));
      }
    } catch (RuntimeException e) {
      log.error("A heartbeat failed; the next comes in {}", interval, e);
    } finally {
      var unused =
          CompletableFuture.allOf(calls.toArray(CompletableFuture<?>[]::new))
              .whenComplete((none, failure) -> started.complete(null));
    }
  }

  /** Not those that came or were extended less than half an interval ago. */
  private List<Delivery> due(long now) {
    long fresh = visibility.minus(interval.dividedBy(2)).toNanos();
    return held.stream().filter(delivery -> !delivery.isOursFor(fresh, now)).toList();
  }

  private CompletableFuture<?> extend(List<Delivery> batch) {
    int seconds = (int) visibility.toSeconds();
    long asked = System.nanoTime();
    return queue
        .change(batch.stream().map(delivery -> new Visibility(delivery, seconds)).toList())
        .whenComplete(
            (refusals, failure) -> {
              if (failure != null) {
                log.warn("{} messages could not be extended: {}", batch.size(), failure.toString());
              } else {
                extended(batch, refusals, asked);
              }
            });
  }

  private void extended(List<Delivery> batch, List<Refusal<Visibility>> refusals, long asked) {
    Set<Delivery> refused = ConcurrentHashMap.newKeySet();
    for (Refusal<Visibility> refusal : refusals) {
      Delivery delivery = refusal.entry().delivery();
      refused.add(delivery);
      if (refusal.ours()) {
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
