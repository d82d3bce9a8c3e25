package dev.mailroom.inbox.sqs;

import java.time.Duration;

/** What the builder has checked. */
record Settings(
    int concurrency,
    int prefetch,
    Duration waitTime,
    Duration visibility,
    Duration heartbeat,
    Backoff backoff,
    Duration shutdown) {

  private static final Duration TWELVE_HOURS = Duration.ofHours(12);

  /**
   * This, if all of it is within its bounds.
   *
   * @throws IllegalArgumentException that names the setting, the value and the bound
   */
  Settings checked() {
    require("concurrency", concurrency, 1, 1_000);
    require("prefetch", prefetch, 0, 10_000);
    require("waitTime", waitTime, Duration.ZERO, Duration.ofSeconds(20));
    requireWholeSeconds("waitTime", waitTime);
    require("visibility", visibility, Duration.ofSeconds(1), TWELVE_HOURS);
    requireWholeSeconds("visibility", visibility);
    require("heartbeat", heartbeat, Duration.ofMillis(100), visibility.dividedBy(2));
    require("backoff first", backoff.first(), Duration.ofMillis(1), TWELVE_HOURS);
    require("backoff cap", backoff.cap(), backoff.first(), TWELVE_HOURS);
    require("shutdown", shutdown, Duration.ZERO, TWELVE_HOURS);
    return this;
  }

  private static <T extends Comparable<T>> void require(String setting, T value, T least, T most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          setting + " must be " + least + " to " + most + ", but is " + value);
    }
  }

  private static void requireWholeSeconds(String setting, Duration value) {
    if (value.toNanosPart() != 0) {
      throw new IllegalArgumentException(
          setting + " must be whole seconds, as SQS counts, but is " + value);
    }
  }

  /** A message this close to the end of its visibility timeout is no longer begun. */
  Duration margin() {
    return visibility.dividedBy(10);
  }

  /**
   * How many to ask for with {@code held} at hand; 0 while asking would fetch them in dribbles
   * although no handler is idle.
   */
  int room(int held) {
    int free = concurrency + prefetch - held;
    boolean worthwhile = held < concurrency || free >= Math.min(SqsQueue.BATCH, prefetch);
    return worthwhile ? Math.max(0, Math.min(SqsQueue.BATCH, free)) : 0;
  }
}
