package dev.mailroom.inbox.sqs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds what was received, runs what may run, and settles what has run. Thread-safe. */
final class Dispatcher {

  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private final Settings settings;
  private final Worker worker;
  private final Heartbeat heartbeat;
  private final Settlement settlement;
  private final Executor executor;
  private final Object lock = new Object();

  /** Guarded by {@link #lock}. */
  private final GroupQueue<Delivery> queue;

  /** Guarded by {@link #lock}. */
  private boolean closed;

  Dispatcher(
      Settings settings,
      Worker worker,
      Heartbeat heartbeat,
      Settlement settlement,
      Executor executor) {
    this.settings = settings;
    this.worker = worker;
    this.heartbeat = heartbeat;
    this.settlement = settlement;
    this.executor = executor;
    this.queue = new GroupQueue<>(settings.concurrency(), Delivery::group);
  }

  /** Waits until a receive is worthwhile: for how many messages there is room, 0 once closed. */
  int awaitRoom() throws InterruptedException {
    synchronized (lock) {
      while (!closed && settings.room(queue.size()) == 0) {
        lock.wait();
      }
      return closed ? 0 : settings.room(queue.size());
    }
  }

  /** Takes what was received, in the order in which it came. */
  void accept(List<Delivery> received) {
    boolean late;
    synchronized (lock) {
      late = closed;
      if (!late) {
        received.forEach(heartbeat::hold);
        received.forEach(queue::add);
      }
    }
    if (late) {
      received.forEach(settlement::giveBack);
    }
    startReady();
  }

  /** Takes no more, and gives back what has not begun to run. */
  void close() {
    List<Delivery> unstarted;
    synchronized (lock) {
      closed = true;
      unstarted = new ArrayList<>(queue.drain());
      // The executor may not have come to these yet.
      queue.running().stream().filter(Delivery::take).forEach(unstarted::add);
      unstarted.forEach(queue::failed);
      lock.notifyAll();
    }
    unstarted.forEach(settlement::giveBack);
  }

  /** Whether nothing runs any more within {@code nanos}. */
  boolean awaitEmpty(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    synchronized (lock) {
      for (long left = nanos; queue.size() > 0 && left > 0; left = deadline - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(lock, left);
      }
      return queue.size() == 0;
    }
  }

  /** For logs. */
  List<Delivery> running() {
    synchronized (lock) {
      return queue.running();
    }
  }

  private void startReady() {
    for (Optional<Delivery> next = next(); next.isPresent(); next = next()) {
      Delivery delivery = next.get();
      try {
        executor.execute(() -> run(delivery));
      } catch (RejectedExecutionException e) {
        log.warn("The executor refused {}; it comes again later", delivery, e);
        settle(delivery, Worker.Verdict.AGAIN);
      }
    }
  }

  private Optional<Delivery> next() {
    synchronized (lock) {
      return queue.next();
    }
  }

  private void run(Delivery delivery) {
    if (!delivery.take()) {
      return;
    }
    Worker.Verdict verdict = Worker.Verdict.AGAIN;
    try {
      verdict = ours(delivery) ? worker.work(delivery) : Worker.Verdict.LOST;
    } finally {
      settle(delivery, verdict);
      startReady();
    }
  }

  private boolean ours(Delivery delivery) {
    boolean ours = delivery.isOursFor(settings.margin().toNanos(), System.nanoTime());
    if (!ours) {
      log.warn(
          "{} waited here past its visibility timeout of {}; it is not run and comes again",
          delivery,
          settings.visibility());
    }
    return ours;
  }

  private void settle(Delivery delivery, Worker.Verdict verdict) {
    List<Delivery> behind;
    synchronized (lock) {
      if (verdict == Worker.Verdict.DONE) {
        queue.succeeded(delivery);
        behind = List.of();
      } else {
        behind = queue.failed(delivery);
      }
      lock.notifyAll();
    }
    switch (verdict) {
      case DONE -> settlement.delete(delivery);
      case AGAIN -> settlement.retryLater(delivery);
      case LOST -> settlement.forget(delivery);
    }
    behind.forEach(settlement::giveBack);
  }
}
