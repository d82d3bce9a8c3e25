package dev.mailroom.relay.aws;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The moment by which something has to be over, on the JVM's monotonic clock. */
record Deadline(long atNanos, Duration timeout) {

  static Deadline in(Duration timeout) {
    return new Deadline(System.nanoTime() + timeout.toNanos(), timeout);
  }

  /** So that what is under way ends, with its own results, before {@code timeout} does. */
  static Deadline justBefore(Duration timeout) {
    return new Deadline(System.nanoTime() + timeout.toNanos() / 20 * 19, timeout);
  }

  /**
   * The outcome of {@code call}, or a {@link TimeoutException} once the time is up. A call that
   * would come too late is not made. A timeout completes the very future that the call gave, and so
   * the SDK drops the request.
   */
  <T> CompletableFuture<T> bound(Supplier<CompletableFuture<T>> call) {
    long left = atNanos - System.nanoTime();
    if (left <= 0) {
      return CompletableFuture.failedFuture(new TimeoutException());
    }
    try {
      return call.get().orTimeout(left, TimeUnit.NANOSECONDS);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
