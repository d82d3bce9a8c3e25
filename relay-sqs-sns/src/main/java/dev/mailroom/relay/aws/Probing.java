package dev.mailroom.relay.aws;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a closed gate waits before its next probe: full jitter below a bound that doubles from
 * {@code first} to {@code cap}.
 */
record Probing(Duration first, Duration cap) {

  static final Probing DEFAULT = new Probing(Duration.ofMillis(100), Duration.ofSeconds(60));

  /** From 1 ms to beyond the largest cap, and an hour does not overflow. */
  private static final int ENOUGH_DOUBLINGS = 30;

  Probing {
    if (first.toMillis() < 1
        || cap.compareTo(first) < 0
        || cap.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "probing must have 1 ms <= first <= cap <= 1 h: first " + first + ", cap " + cap);
    }
  }

  /** The most that attempt 1, 2, … may wait. */
  long boundMillis(int attempt) {
    int doublings = Math.min(attempt - 1, ENOUGH_DOUBLINGS);
    return Math.min(cap.toMillis(), first.toMillis() << doublings);
  }

  /** At least 1 ms. */
  long waitMillis(int attempt, RandomGenerator random) {
    return 1 + random.nextLong(boundMillis(attempt));
  }
}
