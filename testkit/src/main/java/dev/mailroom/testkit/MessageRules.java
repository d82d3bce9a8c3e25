package dev.mailroom.testkit;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a body and its attributes may consist of (SQS API Reference, {@code SendMessage}; SNS
 * Developer Guide, "Amazon SNS message attributes"). The services differ only in what they call a
 * violation.
 */
enum MessageRules {
  SQS("MissingParameter", "InvalidMessageContents", "InvalidParameterValue", 10),
  // SNS counts attributes only where it delivers raw.
  SNS("InvalidParameter", "InvalidParameter", "ParameterValueInvalid", Integer.MAX_VALUE);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,256}");
  private static final Pattern TYPE = Pattern.compile("(String|Number|Binary)(\\..+)?");
  private static final Pattern RESERVED = Pattern.compile("(aws|amazon)\\..*");
  private static final Pattern GROUP = Pattern.compile("[\\p{Alnum}\\p{Punct}]{1,128}");
  private static final BigDecimal NUMBER_MIN = BigDecimal.TEN.pow(128).negate();
  private static final BigDecimal NUMBER_MAX = BigDecimal.TEN.pow(126);

  private final String emptyBody;
  private final String badText;
  private final String badAttribute;
  private final int maxAttributes;

  MessageRules(String emptyBody, String badText, String badAttribute, int maxAttributes) {
    this.emptyBody = emptyBody;
    this.badText = badText;
    this.badAttribute = badAttribute;
    this.maxAttributes = maxAttributes;
  }

  /**
   * @throws ServiceError as the service would refuse the message
   */
  void check(String body, Map<String, Attribute> attributes) {
    if (body.isEmpty()) {
      throw new ServiceError(emptyBody, "The message has no body.");
    }
    checkText("The message", body);
    if (attributes.size() > maxAttributes) {
      throw new ServiceError(
          badAttribute,
          "Number of message attributes [%d] exceeds the allowed maximum [%d]."
              .formatted(attributes.size(), maxAttributes));
    }
    attributes.forEach(this::checkAttribute);
  }

  private void checkAttribute(String name, Attribute attribute) {
    if (!isName(name)) {
      throw attribute(name, "has a name that is not allowed");
    }
    if (!TYPE.matcher(attribute.type()).matches()) {
      throw attribute(name, "has a type that is not allowed: '" + attribute.type() + "'");
    }
    String value = attribute.value();
    if (value == null || value.isEmpty()) {
      throw attribute(name, "must contain a non-empty value of type '" + attribute.type() + "'");
    }
    if (attribute.type().startsWith("Number") && !isNumber(value)) {
      throw attribute(name, "is not a number between -10^128 and 10^126");
    }
    if (!attribute.isBinary()) {
      checkText("Message attribute '" + name + "'", value);
    }
  }

  private ServiceError attribute(String name, String violation) {
    return new ServiceError(badAttribute, "Message attribute '" + name + "' " + violation + ".");
  }

  private void checkText(String what, String text) {
    if (!text.codePoints().allMatch(MessageRules::isAllowed)) {
      throw new ServiceError(
          badText,
          what
              + " contains a character outside #x9 | #xA | #xD | [#x20 to #xD7FF]"
              + " | [#xE000 to #xFFFD] | [#x10000 to #x10FFFF].");
    }
  }

  private static boolean isAllowed(int c) {
    return c == 0x9
        || c == 0xA
        || c == 0xD
        || (c >= 0x20 && c <= 0xD7FF)
        || (c >= 0xE000 && c <= 0xFFFD)
        || c >= 0x10000;
  }

  private static boolean isName(String name) {
    return NAME.matcher(name).matches()
        && !name.startsWith(".")
        && !name.endsWith(".")
        && !name.contains("..")
        && !RESERVED.matcher(name.toLowerCase(Locale.ROOT)).matches();
  }

  private static boolean isNumber(String value) {
    try {
      BigDecimal number = new BigDecimal(value);
      return number.precision() <= 38
          && number.compareTo(NUMBER_MIN) >= 0
          && number.compareTo(NUMBER_MAX) <= 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** Whether a message group id or deduplication id: 1 to 128 letters, digits, punctuation. */
  static boolean isGroup(String id) {
    return GROUP.matcher(id).matches();
  }
}
