package dev.mailroom.inbox.sqs;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Full jitter: anything from nothing to a bound that doubles with each attempt, up to a cap. */
record Backoff(Duration first, Duration cap) {

  /**
   * @param attempt 1 after the first failure
   */
  Duration delay(int attempt, RandomGenerator random) {
    return Duration.ofMillis(random.nextLong(bound(attempt).toMillis() + 1));
  }

  /** The same in whole seconds, as SQS counts, and at least one. */
  int seconds(int attempt, RandomGenerator random) {
    long millis = delay(attempt, random).toMillis();
    return (int) Math.max(1, (millis + 999) / 1000);
  }

  private Duration bound(int attempt) {
    Duration bound = first;
    for (int i = 1; i < attempt && bound.compareTo(cap) < 0; i++) {
      bound = bound.multipliedBy(2);
    }
    return bound.compareTo(cap) < 0 ? bound : cap;
  }
}
