package dev.mailroom.inbox;

import org.jspecify.annotations.Nullable;

/** What a table tells of a failure. */
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
    return shortened(storable(text.toString()));
  }

  /** Without U+0000, which PostgreSQL does not take. */
  static String storable(String text) {
    return text.replace('\0', '\uFFFD');
  }

  private static String shortened(String text) {
    if (text.length() <= MOST) {
      return text;
    }
    int end = MOST - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }
}
