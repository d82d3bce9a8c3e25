package dev.mailroom.inbox.sqs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.Headers;
import dev.mailroom.outbox.MailroomException;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the Amazon extended client libraries send instead of a payload: a JSON array of a class name
 * and an object with bucket and key, marked by an attribute. It is read by hand, because a class
 * name in a message is nothing to act on.
 */
record S3Pointer(String bucket, String key) {

  private static final JsonFactory JSON = new JsonFactory();

  /** The size of the payload; the second is the older name. */
  private static final Set<String> MARKS = Set.of("ExtendedPayloadSize", "SQSLargePayloadSize");

  private static final Set<String> CLASSES =
      Set.of(
          "software.amazon.payloadoffloading.PayloadS3Pointer",
          "com.amazon.sqs.javamessaging.MessageS3Pointer");

  /** Whether the sender's payload lies elsewhere. */
  static boolean isIn(ReceivedMessage message) {
    return message.headers().asMap().keySet().stream().anyMatch(MARKS::contains);
  }

  /**
   * The pointer in such a message.
   *
   * @throws MailroomException if its payload is none
   */
  static S3Pointer of(ReceivedMessage message) {
    try (JsonParser in = JSON.createParser(message.payload())) {
      boolean array = in.nextToken() == JsonToken.START_ARRAY;
      if (array && CLASSES.contains(String.valueOf(in.nextTextValue()))) {
        return read(in);
      }
    } catch (IOException e) {
      throw broken(e);
    }
    throw broken(null);
  }

  private static S3Pointer read(JsonParser in) throws IOException {
    Map<String, String> texts = new HashMap<>();
    if (in.nextToken() == JsonToken.START_OBJECT) {
      for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
        if (in.nextToken() == JsonToken.VALUE_STRING) {
          texts.put(name, in.getText());
        }
        in.skipChildren();
      }
    }
    String bucket = texts.get("s3BucketName");
    String key = texts.get("s3Key");
    if (bucket == null || key == null || in.nextToken() != JsonToken.END_ARRAY) {
      throw broken(null);
    }
    return new S3Pointer(bucket, key);
  }

  private static MailroomException broken(@Nullable IOException cause) {
    // The cause would quote the payload.
    return new MailroomException(
        "the attribute of the extended client says that the payload is in S3, but the body is no"
            + " pointer to it"
            + (cause == null ? "" : " and no JSON"));
  }

  /** The message with its payload, and without the mark. */
  static ReceivedMessage resolved(ReceivedMessage message, String payload) {
    Map<String, Headers.Value> headers = new LinkedHashMap<>(message.headers().asMap());
    headers.keySet().removeAll(MARKS);
    return message.toBuilder().payload(payload).headers(Headers.of(headers)).build();
  }
}
