package dev.mailroom.inbox.sqs;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the inbox's database is away, or refuses all messages, as the last ones found. They stay
 * here and try again; all others stay in the queue meanwhile. So an outage costs no deliveries.
 * Thread-safe.
 */
final class Outage {

  private static final Logger log = LoggerFactory.getLogger(Outage.class);

  private static final Duration LEAST_REST = Duration.ofMillis(100);
  private static final Backoff REST = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

  /** What begins again sooner is the same outage: some connections of a pool are well. */
  private static final Duration SAME = Duration.ofSeconds(10);

  private final String source;
  private volatile boolean away;

  /** By System.nanoTime, as the next; guarded by this. */
  private long endedAt = System.nanoTime() - SAME.toNanos();

  /** Guarded by this. */
  private long toldAt = endedAt;

  /** Whether the log says that it is away; guarded by this. */
  private boolean told;

  /** Guarded by this. */
  private int rests;

  /** Guarded by this. */
  private boolean closed;

  Outage(String source) {
    this.source = source;
  }

  synchronized void began(Throwable failure) {
    if (away) {
      return;
    }
    away = true;
    long now = System.nanoTime();
    if (now - endedAt >= SAME.toNanos()) {
      rests = 0;
    }
    if (now - toldAt >= SAME.toNanos()) {
      toldAt = now;
      told = true;
      log.warn(
          "Queue {}: the inbox's database is away or takes no messages; no more are received, and"
              + " those at hand try again",
          source,
          failure);
    }
  }

  void ended() {
    if (away) {
      synchronized (this) {
        if (told) {
          told = false;
          log.info("Queue {}: the inbox's database takes messages again", source);
        }
        giveUp();
      }
    }
  }

  /** Who tried gives up, so polls must not wait for that one: the next message finds out. */
  synchronized void giveUp() {
    away = false;
    endedAt = System.nanoTime();
    notifyAll();
  }

  boolean isAway() {
    return away;
  }

  /**
   * Waits before a message tries again, longer each time, or until another one's success.
   *
   * @return whether it may: not once this is closed
   */
  synchronized boolean rest() throws InterruptedException {
    rests++;
    long nanos = LEAST_REST.plus(REST.delay(rests, ThreadLocalRandom.current())).toNanos();
    long deadline = System.nanoTime() + nanos;
    for (long left = nanos; away && !closed && left > 0; left = deadline - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return !closed;
  }

  /** Nobody rests any more. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
