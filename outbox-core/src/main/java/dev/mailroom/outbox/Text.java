package dev.mailroom.outbox;

import dev.mailroom.outbox.MailroomException.InvalidMessage;
import java.util.Locale;

/** The character rules that SNS and SQS share, and the checks that speak of them. */
final class Text {

  private static final int SHOWN = 60;

  private Text() {}

  /**
   * Refuses characters outside {@code #x9 #xA #xD #x20-#xD7FF #xE000-#xFFFD #x10000-#x10FFFF}, the
   * set that SQS documents for SendMessage and that SNS shares.
   */
  static void requireAllowedCharacters(String field, String value) {
    for (int i = 0; i < value.length(); ) {
      int c = value.codePointAt(i);
      if (!allowed(c)) {
        throw new InvalidMessage(
            field,
            String.format(
                Locale.ROOT,
                "has the character U+%04X at index %d, which SNS and SQS refuse;"
                    + " allowed are U+0009, U+000A, U+000D, U+0020 to U+D7FF, U+E000 to U+FFFD"
                    + " and U+10000 to U+10FFFF%s",
                c,
                i,
                field.equals("payload") ? "; send binary data as Message.Builder.binary" : ""));
      }
      i += Character.charCount(c);
    }
  }

  private static boolean allowed(int c) {
    return c >= 0x20
        ? c <= 0xD7FF || (c >= 0xE000 && c != 0xFFFE && c != 0xFFFF)
        : c == 0x9 || c == 0xA || c == 0xD;
  }

  static void requireLength(String field, String value, int max) {
    if (value.isEmpty() || value.length() > max) {
      throw new InvalidMessage(
          field,
          String.format(
              Locale.ROOT,
              "must have 1 to %d characters, but has %d: \"%s\"",
              max,
              value.length(),
              shown(value)));
    }
  }

  /** Letters, digits and ASCII punctuation: the alphabet of MessageGroupId. */
  static void requireVisibleAscii(String field, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c > '~') {
        throw new InvalidMessage(
            field,
            String.format(
                Locale.ROOT,
                "has the character U+%04X at index %d of \"%s\";"
                    + " allowed are ASCII letters, digits and punctuation, without spaces",
                (int) c,
                i,
                shown(value)));
      }
    }
  }

  static String shown(String value) {
    return value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "…";
  }

  /** The bytes of the UTF-8 form, without making it; a lone surrogate counts as three. */
  static int utf8Length(String value) {
    int bytes = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < 0x80) {
        bytes++;
      } else if (c < 0x800) {
        bytes += 2;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < value.length()
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        bytes += 3;
      }
    }
    return bytes;
  }
}
