package dev.mailroom.inbox.sqs;

import dev.mailroom.outbox.Headers;
import dev.mailroom.outbox.Headers.Value;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/**
 * Message attributes as headers. A data type can have a label ({@code Number.int}), which is
 * dropped. What does not hold what its type says came from someone else and is kept as text.
 */
final class Attributes {

  private Attributes() {}

  static Headers of(Map<String, MessageAttributeValue> attributes) {
    Map<String, Value> values = new LinkedHashMap<>();
    attributes.forEach((name, value) -> values.put(name, value(value)));
    return Headers.of(values);
  }

  private static Value value(MessageAttributeValue attribute) {
    SdkBytes bytes = attribute.binaryValue();
    if (bytes != null) {
      return Value.Binary.of(bytes.asByteArrayUnsafe());
    }
    String text = attribute.stringValue();
    return value(attribute.dataType(), text == null ? "" : text);
  }

  /** Of a value that travels as text; {@code Binary} as Base64, as SNS writes it. */
  static Value value(String dataType, String text) {
    try {
      if (dataType.equals("String.Array")) {
        return Headers.parse("{\"list\":" + text + "}").asMap().getOrDefault("list", text(text));
      }
      if (isOf("Number", dataType)) {
        return new Value.Numeric(new BigDecimal(text));
      }
      if (isOf("Binary", dataType)) {
        Value.Binary binary = new Value.Binary(text);
        return binary.bytes().length == 0 ? text(text) : binary;
      }
    } catch (InvalidMessage | IllegalArgumentException e) {
      return text(text);
    }
    return text(text);
  }

  private static Value text(String text) {
    return new Value.Text(text);
  }

  private static boolean isOf(String type, String dataType) {
    return dataType.equals(type) || dataType.startsWith(type + ".");
  }
}
