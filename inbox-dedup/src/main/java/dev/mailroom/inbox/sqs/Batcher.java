package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.sqs.SqsQueue.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers entries into calls of at most ten, waiting a few milliseconds for company. What fails is
 * tried again a few times and then left: the queue redelivers it. Thread-safe.
 */
final class Batcher<E> {

  private static final Logger log = LoggerFactory.getLogger(Batcher.class);
  private static final Duration LINGER = Duration.ofMillis(5);
  private static final int ATTEMPTS = 8;
  private static final Backoff AGAIN = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  private static final Backoff HURRIED =
      new Backoff(Duration.ofMillis(100), Duration.ofMillis(400));

  private record Pending<E>(E entry, int attempt) {}

  private final String what;
  private final Function<List<E>, CompletableFuture<List<Refusal<E>>>> call;
  private final ScheduledExecutorService timer;
  private final BiConsumer<E, String> givenUp;
  private final Object lock = new Object();

  /** Guarded by {@link #lock}. */
  private List<Pending<E>> gathered = new ArrayList<>();

  /** What failed and rests before it is tried again; guarded by {@link #lock}. */
  private final Set<Pending<E>> resting = new LinkedHashSet<>();

  /** Added and not yet taken, refused for good, or given up; guarded by {@link #lock}. */
  private int open;

  /** Somebody waits for the end; guarded by {@link #lock}. */
  private boolean hurried;

  /**
   * @param what for logs, as in {@code "delete"}
   * @param givenUp told of an entry that is not tried again, and why
   */
  Batcher(
      String what,
      Function<List<E>, CompletableFuture<List<Refusal<E>>>> call,
      ScheduledExecutorService timer,
      BiConsumer<E, String> givenUp) {
    this.what = what;
    this.call = call;
    this.timer = timer;
    this.givenUp = givenUp;
  }

  /** The entry goes out after {@code before} has ended in whatever way. */
  void add(E entry, CompletableFuture<?> before) {
    synchronized (lock) {
      open++;
    }
    var unused = before.whenComplete((none, failure) -> gather(new Pending<>(entry, 1)));
  }

  /** Whether all that was added has come to its end within {@code nanos}. Rests are cut short. */
  boolean awaitIdle(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    hurry();
    synchronized (lock) {
      for (long left = nanos; open > 0 && left > 0; left = deadline - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(lock, left);
      }
      return open == 0;
    }
  }

  /** From now on rests are short, and those under way are over. */
  void hurry() {
    synchronized (lock) {
      hurried = true;
      gathered.addAll(resting);
      resting.clear();
    }
    send();
  }

  private void gather(Pending<E> pending) {
    int size;
    synchronized (lock) {
      gathered.add(pending);
      size = gathered.size();
    }
    if (size >= SqsQueue.BATCH) {
      send();
    } else if (size == 1) {
      var unused = timer.schedule(() -> send(), LINGER.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void send() {
    List<Pending<E>> batch;
    synchronized (lock) {
      batch = gathered;
      gathered = new ArrayList<>();
    }
    for (int from = 0; from < batch.size(); from += SqsQueue.BATCH) {
      call(batch.subList(from, Math.min(from + SqsQueue.BATCH, batch.size())));
    }
  }

  private void call(List<Pending<E>> batch) {
    List<E> entries = batch.stream().map(Pending::entry).toList();
    var unused =
        call.apply(entries)
            .whenComplete(
                (refused, failure) -> {
                  if (failure != null) {
                    batch.forEach(pending -> again(pending, String.valueOf(failure.getMessage())));
                  } else {
                    done(batch.size() - refused.size());
                    refused.forEach(
                        refusal -> refused(batch.get(entries.indexOf(refusal.entry())), refusal));
                  }
                });
  }

  private void refused(Pending<E> pending, Refusal<E> refusal) {
    if (refusal.isFinal()) {
      log.debug("{} of {} refused: {}", what, pending.entry(), refusal.code());
      givenUp.accept(pending.entry(), refusal.code());
      done(1);
    } else {
      again(pending, refusal.code());
    }
  }

  private void again(Pending<E> pending, String problem) {
    if (pending.attempt() == ATTEMPTS) {
      log.warn(
          "{} of {} failed {} times, last: {}. The queue delivers it again, and the inbox knows it",
          what,
          pending.entry(),
          ATTEMPTS,
          problem);
      givenUp.accept(pending.entry(), problem);
      done(1);
      return;
    }
    Pending<E> next = new Pending<>(pending.entry(), pending.attempt() + 1);
    Backoff backoff;
    synchronized (lock) {
      resting.add(next);
      backoff = hurried ? HURRIED : AGAIN;
    }
    Duration pause = backoff.delay(pending.attempt(), ThreadLocalRandom.current());
    var unused = timer.schedule(() -> rested(next), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void rested(Pending<E> pending) {
    boolean still;
    synchronized (lock) {
      still = resting.remove(pending);
    }
    if (still) {
      gather(pending);
    }
  }

  private void done(int entries) {
    synchronized (lock) {
      open -= entries;
      if (open == 0) {
        lock.notifyAll();
      }
    }
  }
}
