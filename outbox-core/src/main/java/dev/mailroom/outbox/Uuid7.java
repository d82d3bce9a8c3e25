package dev.mailroom.outbox;

import java.security.SecureRandom;
import java.util.UUID;

/**
 * Ids that sort by the time they were made (RFC 9562, version 7): 48 bits of milliseconds, 12 bits
 * of a fraction of one, 62 random bits. They never go back within a process.
 */
final class Uuid7 {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long VARIANT = 0x8000_0000_0000_0000L;
  private static final Object LOCK = new Object();

  /** Milliseconds times 4096, plus the fraction; guarded by {@link #LOCK}. */
  private static long last;

  private Uuid7() {}

  static UUID next() {
    long ticks = nextTicks(System.currentTimeMillis());
    long high = (ticks >>> 12) << 16 | 0x7000L | (ticks & 0xFFF);
    return new UUID(high, (RANDOM.nextLong() >>> 2) | VARIANT);
  }

  /** Within one millisecond, and while the clock stands or steps back, ids count on by one. */
  private static long nextTicks(long millis) {
    synchronized (LOCK) {
      last = Math.max(last + 1, millis << 12);
      return last;
    }
  }
}
