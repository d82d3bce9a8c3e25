package dev.mailroom.benchmarks;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Ids as an outbox makes them. */
final class Uuid7 {

  private Uuid7() {}

  static String next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long high = (System.currentTimeMillis() << 16) | 0x7000 | random.nextInt(0x1000);
    long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }
}
