package dev.mailroom.tests.prove;

import java.util.Locale;

/**
 * Something that a proof has measured, and what it may be.
 *
 * @param name as in the JSON object; the unit stands at its end
 * @param value not a number if there was nothing to measure, which breaks every bound
 * @param least the smallest value that keeps the promise
 * @param most the largest
 */
public record Figure(String name, double value, double least, double most) {

  /** A figure that is told and not judged. */
  public static Figure of(String name, double value) {
    return new Figure(name, value, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  /** As {@link #of(String, double)}, for what is counted. */
  public static Figure of(String name, long count) {
    return of(name, (double) count);
  }

  /** The same, which must be {@code bound}. */
  public Figure exactly(double bound) {
    return new Figure(name, value, bound, bound);
  }

  /** The same, which must not be more than {@code bound}. */
  public Figure atMost(double bound) {
    return new Figure(name, value, least, bound);
  }

  /** The same, which must not be less than {@code bound}. */
  public Figure atLeast(double bound) {
    return new Figure(name, value, bound, most);
  }

  boolean isJudged() {
    return !Double.isInfinite(least) || !Double.isInfinite(most);
  }

  boolean isKept() {
    return !isJudged() || (value >= least && value <= most);
  }

  String bound() {
    if (!isJudged()) {
      return "";
    }
    if (least == most) {
      return text(least);
    }
    String lower = Double.isInfinite(least) ? "" : "at least " + text(least);
    String upper = Double.isInfinite(most) ? "" : "at most " + text(most);
    return (lower + " " + upper).strip();
  }

  String text() {
    return text(value);
  }

  /** A number, or {@code null}. */
  String json() {
    return Double.isFinite(value) ? text() : "null";
  }

  private static String text(double number) {
    if (!Double.isFinite(number)) {
      return "none";
    }
    return number == Math.rint(number)
        ? String.format(Locale.ROOT, "%.0f", number)
        : String.format(Locale.ROOT, "%.3f", number);
  }
}
