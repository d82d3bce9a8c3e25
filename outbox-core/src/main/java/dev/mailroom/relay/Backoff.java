package dev.mailroom.relay;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Full jitter: after n failures in a row, anything up to {@code first} doubled n - 1 times, but
 * never more than {@code cap}. So that many who failed together do not come back together.
 */
record Backoff(Duration first, Duration cap) {

  private static final int MOST_DOUBLINGS = 40;

  Duration delay(int failures, RandomGenerator random) {
    double doubled = (double) first.toNanos() * Math.pow(2, Math.min(failures - 1, MOST_DOUBLINGS));
    long bound = (long) Math.min(doubled, (double) cap.toNanos());
    return Duration.ofNanos(1 + random.nextLong(Math.max(1, bound)));
  }
}
