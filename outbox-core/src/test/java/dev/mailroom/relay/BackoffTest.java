package dev.mailroom.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration CAP = Duration.ofSeconds(60);

  @Test
  void staysWithinItsDoublingBound() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Backoff backoff = new Backoff(FIRST, CAP);
    Duration bound = FIRST;
    for (int failures = 1; failures < 100; failures++) {
      for (int i = 0; i < 200; i++) {
        assertThat(backoff.delay(failures, random))
            .as("after %s failures, seed %s", failures, seed)
            .isGreaterThan(Duration.ZERO)
            .isLessThanOrEqualTo(bound);
      }
      bound = bound.multipliedBy(2).compareTo(CAP) < 0 ? bound.multipliedBy(2) : CAP;
    }
  }

  /** Full jitter: near nothing is as likely as near the bound. */
  @Test
  void spreadsOverAllOfTheBound() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Backoff backoff = new Backoff(FIRST, CAP);
    for (int failures : new int[] {1, 5, 50}) {
      long bound = Math.min(FIRST.toNanos() << Math.min(failures - 1, 30), CAP.toNanos());
      int[] tenths = new int[10];
      for (int i = 0; i < 10_000; i++) {
        long nanos = backoff.delay(failures, random).toNanos();
        tenths[(int) Math.min(9, nanos * 10 / bound)]++;
      }
      for (int count : tenths) {
        assertThat(count).as("%s failures, seed %s", failures, seed).isBetween(800, 1200);
      }
    }
  }

  @Test
  void survivesExtremes() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Backoff shortest = new Backoff(Duration.ofNanos(1), Duration.ofNanos(1));
    Backoff longest = new Backoff(Duration.ofDays(1), Duration.ofDays(1));
    for (int failures : new int[] {1, 2, 63, 64, 65, 1_000, Integer.MAX_VALUE}) {
      assertThat(shortest.delay(failures, random)).isEqualTo(Duration.ofNanos(1));
      assertThat(longest.delay(failures, random))
          .as("seed %s", seed)
          .isBetween(Duration.ofNanos(1), Duration.ofDays(1));
    }
  }
}
