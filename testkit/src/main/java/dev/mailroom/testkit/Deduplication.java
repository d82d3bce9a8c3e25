package dev.mailroom.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What a FIFO topic accepted in the last 5 minutes (SNS Developer Guide, "Message deduplication for
 * FIFO topics"). Thread-safe.
 */
final class Deduplication {

  static final Duration INTERVAL = Duration.ofMinutes(5);

  private final InstantSource clock;
  // In the order of acceptance; guarded by this.
  private final Map<String, Remembered> accepted = new LinkedHashMap<>();

  Deduplication(InstantSource clock) {
    this.clock = clock;
  }

  /** What was accepted under {@code key} before, else what is accepted now. */
  synchronized Accepted accept(String key, Supplier<String> sequence) {
    Instant now = clock.instant();
    Iterator<Remembered> oldest = accepted.values().iterator();
    while (oldest.hasNext() && !oldest.next().at.plus(INTERVAL).isAfter(now)) {
      oldest.remove();
    }
    Remembered before = accepted.get(key);
    if (before != null) {
      return new Accepted(before.messageId, before.sequence, true);
    }
    Remembered remembered = new Remembered(UUID.randomUUID().toString(), sequence.get(), now);
    accepted.put(key, remembered);
    return new Accepted(remembered.messageId, remembered.sequence, false);
  }

  private record Remembered(String messageId, String sequence, Instant at) {}

  /**
   * @param sequence the sequence number; empty on a standard topic
   * @param repeated whether it was accepted before, and so is not to be delivered again
   */
  record Accepted(String messageId, String sequence, boolean repeated) {}
}
