package dev.mailroom.inbox;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Message ids above {@code after} and below {@code before}, bytewise. */
record KeyRange(String after, String before) {

  /** Above all ids: no character of UTF-8 has more bytes of a higher value. */
  private static final String END = new String(Character.toChars(Character.MAX_CODE_POINT));

  /**
   * Where old rows can be. Between the two are the UUIDv7 ids of the time of the retention, which
   * are nearly all rows; so they are never read. An id of another kind that happens to be among
   * them is found later, when this range has moved beyond it.
   */
  static List<KeyRange> ofOldRows(Instant now, Duration retention) {
    return List.of(
        new KeyRange("", uuid7(now.minus(retention))),
        new KeyRange(uuid7(now.plus(Duration.ofDays(1))), END));
  }

  KeyRange from(String last) {
    return new KeyRange(last, before);
  }

  /** What all UUIDv7 of this time and later begin with, or are above. */
  private static String uuid7(Instant time) {
    String hex = "%012x".formatted(Math.max(0, time.toEpochMilli()));
    return hex.substring(0, 8) + "-" + hex.substring(8);
  }
}
