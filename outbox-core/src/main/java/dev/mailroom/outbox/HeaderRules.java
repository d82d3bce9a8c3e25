package dev.mailroom.outbox;

import dev.mailroom.outbox.Headers.Value;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What SNS and SQS take as a message attribute (SQS Developer Guide, "Amazon SQS message metadata";
 * SNS Developer Guide, "Amazon SNS message attributes").
 */
final class HeaderRules {

  static final int MAX_HEADERS = 100;
  private static final int MAX_NAME = 256;
  static final int MAX_DIGITS = 38;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

  private HeaderRules() {}

  static void check(Headers headers) {
    if (headers.asMap().size() > MAX_HEADERS) {
      throw new InvalidMessage(
          "headers", "must be at most " + MAX_HEADERS + ", but are " + headers.asMap().size());
    }
    for (Map.Entry<String, Value> entry : headers.asMap().entrySet()) {
      checkName(entry.getKey());
      checkValue("header '" + entry.getKey() + "'", entry.getValue());
    }
  }

  private static void checkName(String name) {
    Text.requireLength("header name", name, MAX_NAME);
    if (!NAME.matcher(name).matches()) {
      throw new InvalidMessage(
          "header name",
          "\""
              + Text.shown(name)
              + "\" must be of A-Z a-z 0-9 _ - and single dots inside, as SNS and SQS want it");
    }
    String lower = name.toLowerCase(Locale.ROOT);
    for (String reserved : new String[] {"aws.", "amazon.", WireFormat.RESERVED}) {
      if (lower.startsWith(reserved)) {
        throw new InvalidMessage(
            "header name", "\"" + Text.shown(name) + "\" must not begin with \"" + reserved + "\"");
      }
    }
  }

  private static void checkValue(String field, Value value) {
    if (value instanceof Value.Text text) {
      checkText(field, text.value());
    } else if (value instanceof Value.Numeric number) {
      checkNumber(field, number);
    } else if (value instanceof Value.Texts texts) {
      if (texts.values().isEmpty()) {
        throw new InvalidMessage(field, "must have at least one text in its list");
      }
      texts.values().forEach(each -> checkText(field, each));
    } else if (value instanceof Value.Binary binary) {
      checkBinary(field, binary);
    }
  }

  private static void checkText(String field, String text) {
    if (text.isEmpty()) {
      throw new InvalidMessage(
          field, "must have at least one character: brokers refuse empty values; leave it out");
    }
    Text.requireAllowedCharacters(field, text);
  }

  private static void checkBinary(String field, Value.Binary binary) {
    if (binary.base64().isEmpty()) {
      throw new InvalidMessage(field, "must have at least one byte: brokers refuse empty values");
    }
    try {
      binary.bytes();
    } catch (IllegalArgumentException e) {
      throw new InvalidMessage(field, "is not Base64: " + e.getMessage());
    }
  }

  private static void checkNumber(String field, Value.Numeric number) {
    int precision = number.value().precision();
    int scale = number.value().scale();
    if (precision > MAX_DIGITS || Math.abs((long) scale) > MAX_DIGITS) {
      throw new InvalidMessage(
          field,
          "must have at most 38 digits and 38 places, but has " + precision + " and " + scale);
    }
  }
}
