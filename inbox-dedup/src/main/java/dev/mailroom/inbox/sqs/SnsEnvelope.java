package dev.mailroom.inbox.sqs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mailroom.outbox.Headers;
import dev.mailroom.outbox.Headers.Value;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The JSON that SNS puts around a message for a subscription without raw delivery (SNS Developer
 * Guide, "Amazon SNS message formats").
 */
record SnsEnvelope(String messageId, String message, Headers attributes) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> NEEDED = Set.of("Type", "MessageId", "TopicArn", "Message");

  /** The envelope, or nothing if {@code body} is any other text. */
  static Optional<SnsEnvelope> parse(String body) {
    if (!body.stripLeading().startsWith("{")) {
      return Optional.empty();
    }
    try (JsonParser in = JSON.createParser(body)) {
      in.nextToken();
      return read(in);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<SnsEnvelope> read(JsonParser in) throws IOException {
    Map<String, String> texts = new HashMap<>();
    Headers attributes = Headers.none();
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      JsonToken token = in.nextToken();
      if (token == JsonToken.VALUE_STRING && NEEDED.contains(name)) {
        texts.put(name, in.getText());
      } else if (token == JsonToken.START_OBJECT && name.equals("MessageAttributes")) {
        attributes = attributes(in);
      } else {
        in.skipChildren();
      }
    }
    boolean whole = in.currentToken() == JsonToken.END_OBJECT && in.nextToken() == null;
    String id = texts.get("MessageId");
    String message = texts.get("Message");
    return whole
            && "Notification".equals(texts.get("Type"))
            && texts.containsKey("TopicArn")
            && id != null
            && message != null
        ? Optional.of(new SnsEnvelope(id, message, attributes))
        : Optional.empty();
  }

  private static Headers attributes(JsonParser in) throws IOException {
    Map<String, Value> values = new LinkedHashMap<>();
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      if (in.nextToken() == JsonToken.START_OBJECT) {
        Map<String, String> parts = attribute(in);
        String type = parts.get("Type");
        String value = parts.get("Value");
        if (type != null && value != null) {
          values.put(name, Attributes.value(type, value));
        }
      } else {
        in.skipChildren();
      }
    }
    return Headers.of(values);
  }

  private static Map<String, String> attribute(JsonParser in) throws IOException {
    Map<String, String> parts = new HashMap<>();
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      JsonToken token = in.nextToken();
      if (token == JsonToken.VALUE_STRING) {
        parts.put(name, in.getText());
      } else {
        in.skipChildren();
      }
    }
    return parts;
  }
}
