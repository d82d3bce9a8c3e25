package dev.mailroom.relay;

import java.time.Duration;

/** Refuses settings that are out of bounds, by name, value and bound. */
final class Bounds {

  private static final Duration LONGEST = Duration.ofDays(1);

  private Bounds() {}

  static long checked(String setting, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(setting + " must be " + min + " to " + max + ": " + value);
    }
    return value;
  }

  /** Both bounded, and the first no longer than the second. */
  static void rising(String setting, Duration from, Duration to) {
    bounded(setting, from);
    bounded(setting, to);
    if (from.compareTo(to) > 0) {
      throw new IllegalArgumentException(
          setting + ": the first must be at most the second, " + to + ": " + from);
    }
  }

  static Duration bounded(String setting, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          setting + " must be longer than nothing and at most " + LONGEST + ": " + value);
    }
    return value;
  }
}
