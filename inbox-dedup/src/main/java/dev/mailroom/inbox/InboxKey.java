package dev.mailroom.inbox;

import dev.mailroom.outbox.MailroomException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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

  /**
   * What stands for a key that cannot be had: always the same for the same message. It is the
   * message's id where that could be a key.
   */
  static InboxKey standIn(String consumer, ReceivedMessage message) {
    try {
      return of(consumer, message.id());
    } catch (MailroomException e) {
      return new InboxKey(consumer, "sha256-" + sha256(message.id() + '\0' + message.payload()));
    }
  }

  private static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
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
