package dev.mailroom.inbox;

import org.jspecify.annotations.Nullable;

/** Text that fits into a table, above all that of a failure. */
final class ErrorText {

  private static final int MOST = 4_000;
  private static final int MOST_CAUSES = 20;

  private ErrorText() {}

  /** Class and message of the failure and of its causes, without what no column of text takes. */
  static String of(Throwable failure) {
    StringBuilder text = new StringBuilder();
    @Nullable Throwable next = failure;
    for (int i = 0; next != null && i < MOST_CAUSES && text.length() <= MOST; i++) {
      text.append(i == 0 ? "" : "\ncaused by ").append(next);
      next = next.getCause();
    }
    return storable(text.toString(), MOST);
  }

  /** Without U+0000, which PostgreSQL does not take, and at most so long, with a mark if cut. */
  static String storable(String text, int most) {
    String clean = text.replace('\0', '\uFFFD');
    if (clean.length() <= most) {
      return clean;
    }
    int end = most - 1;
    return clean.substring(0, Character.isHighSurrogate(clean.charAt(end - 1)) ? end - 1 : end)
        + "…";
  }
}
