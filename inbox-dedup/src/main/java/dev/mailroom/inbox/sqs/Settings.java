package dev.mailroom.inbox.sqs;

import java.time.Duration;

/**
 * What the builder has checked.
 *
 * @param source the queue's name
 * @param batch how many messages run in one transaction
 */
record Settings(
    String source,
    int concurrency,
    int prefetch,
    int batch,
    Duration waitTime,
    Duration visibility,
    Duration heartbeat,
    Duration maxProcessing,
    Backoff backoff,
    Duration shutdown,
    boolean createIfMissing) {

  private static final Duration TWELVE_HOURS = Duration.ofHours(12);

  static Settings of(SqsConsumer.Builder builder, QueueAddress address) {
    Integer prefetch = builder.prefetch;
    Duration heartbeat = builder.heartbeat;
    return new Settings(
        address.name(),
        builder.concurrency,
        prefetch != null ? prefetch : address.fifo() ? 9 * builder.concurrency : 10,
        builder.batch,
        builder.waitTime,
        builder.visibility,
        heartbeat != null ? heartbeat : builder.visibility.dividedBy(3),
        builder.maxProcessing,
        builder.backoff,
        builder.shutdown,
        builder.createIfMissing);
  }

  /**
   * This, if all of it is within its bounds.
   *
   * @throws IllegalArgumentException that names the setting, the value and the bound
   */
  Settings checked() {
    require("concurrency", concurrency, 1, 1_000);
    require("prefetch", prefetch, 0, 10_000);
    require("batch", batch, 1, SqsQueue.BATCH);
    require("waitTime", waitTime, Duration.ZERO, Duration.ofSeconds(20));
    requireWholeSeconds("waitTime", waitTime);
    require("visibility", visibility, Duration.ofSeconds(1), TWELVE_HOURS);
    requireWholeSeconds("visibility", visibility);
    if (beats()) {
      require("heartbeat", heartbeat, Duration.ofMillis(100), visibility.dividedBy(2));
    }
    require("maxProcessing", maxProcessing, Duration.ofMillis(1), TWELVE_HOURS);
    require("backoff first", backoff.first(), Duration.ofMillis(1), TWELVE_HOURS);
    require("backoff cap", backoff.cap(), backoff.first(), TWELVE_HOURS);
    require("shutdown", shutdown, Duration.ZERO, TWELVE_HOURS);
    return this;
  }

  static <T extends Comparable<T>> void require(String setting, T value, T least, T most) {
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

  /** Whether messages are extended at all. */
  boolean beats() {
    return !heartbeat.isZero();
  }

  /**
   * For how long a message is extended while it waits; with handlers and threads that work, none
   * waits that long.
   */
  Duration maxWaiting() {
    Duration some = visibility.multipliedBy(10);
    return maxProcessing.compareTo(some) > 0 ? maxProcessing : some;
  }

  /** A message this close to the end of its visibility timeout is no longer begun. */
  Duration margin() {
    return visibility.dividedBy(10);
  }

  /**
   * For how many there is room with {@code held} at hand; 0 while asking would fetch them in
   * dribbles although no handler is idle.
   */
  int room(int held) {
    int running = concurrency * batch;
    int free = running + prefetch - held;
    boolean worthwhile = held < running || free >= Math.min(SqsQueue.BATCH, prefetch);
    return worthwhile ? Math.max(0, free) : 0;
  }
}
