package dev.mailroom.inbox;

import dev.mailroom.outbox.MailroomException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The primary key of an inbox row. */
record InboxKey(String consumer, String messageId) {

  private static final int MAX_LENGTH = 128;
  private static final Pattern UUID =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  /**
   * The key of a message. UUIDs get their usual form, whatever their sender did.
   *
   * @throws MailroomException if the id is missing, empty or too long
   */
  static InboxKey of(String consumer, @Nullable String id) {
    String given = requireLength("the id of a message for consumer '" + consumer + "'", id);
    boolean uuid = UUID.matcher(given).matches();
    return new InboxKey(consumer, uuid ? given.toLowerCase(Locale.ROOT) : given);
  }

  static String requireLength(String what, @Nullable String value) {
    int length = value == null ? 0 : value.codePointCount(0, value.length());
    if (value == null || length < 1 || length > MAX_LENGTH || value.indexOf('\0') >= 0) {
      throw new MailroomException(
          what
              + " must have 1 to 128 characters, none of them U+0000, but has "
              + length
              + "; set another with Inbox.Builder");
    }
    return value;
  }

  @Override
  public String toString() {
    return "inbox '" + consumer + "', message " + messageId;
  }
}
