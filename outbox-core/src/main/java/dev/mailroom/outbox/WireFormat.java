package dev.mailroom.outbox;

import dev.mailroom.outbox.Headers.Value;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a message looks on SNS and SQS: the payload is the body, and at most {@value #MAX_ATTRIBUTES}
 * attributes travel beside it. SQS takes 10, and SNS discards a raw delivery with more (SNS
 * Developer Guide, "Amazon SNS message attributes"); two stay free for tracing agents.
 *
 * <p>The attributes are {@link #ID}, {@link #TYPE}, {@link #TIME}, then {@link #TRACEPARENT} if the
 * message has it, then the headers in their order; those that find no room travel together as JSON
 * in {@link #OVERFLOW}. Relay and inbox both speak it, in whatever language they are written.
 */
public final class WireFormat {

  /** The message id, a UUID. */
  public static final String ID = "mailroom-id";

  /** What kind of message it is, as its writer said. */
  public static final String TYPE = "mailroom-type";

  /** When the row was written, by the database's clock: ISO-8601, UTC, microseconds. */
  public static final String TIME = "mailroom-time";

  /** The headers without an attribute of their own, in the JSON form of {@link Headers}. */
  public static final String OVERFLOW = "mailroom-headers";

  /** W3C trace context; an ordinary header that goes first. */
  public static final String TRACEPARENT = "traceparent";

  /** The most attributes that a message travels with. */
  public static final int MAX_ATTRIBUTES = 8;

  static final String RESERVED = "mailroom-";

  /** Any moment will do to size a message that has none yet: all are of one length. */
  private static final Instant SOME_TIME = Instant.EPOCH;

  private static final DateTimeFormatter MICROSECONDS =
      new DateTimeFormatterBuilder().appendInstant(6).toFormatter();

  private WireFormat() {}

  /** The attributes of {@code message}, written at {@code time}; at most 8. */
  public static Headers attributes(Message message, Instant time) {
    Map<String, Value> all = new LinkedHashMap<>();
    all.put(ID, new Value.Text(message.id().toString()));
    all.put(TYPE, new Value.Text(message.type()));
    all.put(TIME, new Value.Text(MICROSECONDS.format(time.truncatedTo(ChronoUnit.MICROS))));
    Map<String, Value> headers = new LinkedHashMap<>(message.headers().asMap());
    Value trace = headers.remove(TRACEPARENT);
    if (trace != null) {
      all.put(TRACEPARENT, trace);
    }
    boolean fits = all.size() + headers.size() <= MAX_ATTRIBUTES;
    int room = fits ? MAX_ATTRIBUTES : MAX_ATTRIBUTES - 1;
    Map<String, Value> rest = new LinkedHashMap<>();
    headers.forEach((name, value) -> (all.size() < room ? all : rest).put(name, value));
    if (!rest.isEmpty()) {
      all.put(OVERFLOW, new Value.Text(Headers.of(rest).toJson()));
    }
    return Headers.of(all);
  }

  /**
   * The headers that {@code attributes} carry, the packed ones unpacked and Mailroom's own left
   * out.
   *
   * @throws MailroomException.InvalidMessage if the packed ones cannot be read
   */
  public static Headers headers(Headers attributes) {
    Map<String, Value> headers = new LinkedHashMap<>(attributes.asMap());
    headers.keySet().removeIf(name -> name.startsWith(RESERVED));
    attributes.text(OVERFLOW).ifPresent(json -> headers.putAll(Headers.parse(json).asMap()));
    return Headers.of(headers);
  }

  /**
   * The bytes of {@code message} as brokers count them: body, and name, type and value of each
   * attribute.
   */
  public static int size(Message message) {
    return size(message.payload(), attributes(message, SOME_TIME));
  }

  /** As {@link #size(Message)}, of parts at hand. */
  static int size(String body, Headers attributes) {
    int bytes = Text.utf8Length(body);
    for (Map.Entry<String, Value> entry : attributes.asMap().entrySet()) {
      bytes +=
          entry.getKey().length()
              + dataType(entry.getValue()).length()
              + valueSize(entry.getValue());
    }
    return bytes;
  }

  /**
   * The attribute data type: {@code String}, {@code Number}, {@code String.Array}, {@code Binary}.
   */
  public static String dataType(Value value) {
    if (value instanceof Value.Numeric) {
      return "Number";
    } else if (value instanceof Value.Texts) {
      return "String.Array";
    } else if (value instanceof Value.Binary) {
      return "Binary";
    }
    return "String";
  }

  private static int valueSize(Value value) {
    return value instanceof Value.Binary binary
        ? binary.bytes().length
        : Text.utf8Length(value.toString());
  }
}
