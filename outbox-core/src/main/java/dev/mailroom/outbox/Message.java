package dev.mailroom.outbox;

import static java.util.Objects.requireNonNull;

import dev.mailroom.outbox.MailroomException.InvalidMessage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an application publishes: a text with a destination, a type, an optional key and headers.
 * Immutable and safe to share between threads.
 *
 * <p>A message that exists is one that SNS and SQS can take: {@link Builder#build} refuses all
 * others and names the field, the value and the bound. Only the size is checked later, by the
 * outbox that takes the message, because it depends on the destination.
 */
public final class Message {

  private static final int MAX_DESTINATION = 512;
  private static final int MAX_TYPE = 256;
  private static final int MAX_KEY = 128;
  private static final Instant FIRST_TIME = Instant.EPOCH;
  private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59.999999Z");

  /** The header that {@link Builder#binary} sets to {@code base64}. */
  public static final String ENCODING_HEADER = "content-encoding";

  private final UUID id;
  private final String destination;
  private final String type;
  private final @Nullable String key;
  private final Headers headers;
  private final String payload;
  private final @Nullable Instant deliverAt;

  private Message(Builder builder) {
    id = builder.id == null ? Uuid7.next() : builder.id;
    destination = given("destination", builder.destination);
    type = given("type", builder.type);
    key = builder.key;
    headers = Headers.of(builder.headers);
    payload = given("payload", builder.payload);
    deliverAt = builder.deliverAt;
  }

  /**
   * Starts a message.
   *
   * @param destination a logical name that the relay's routes map to a queue or topic, or {@code
   *     sqs:name}, {@code sns:name}, an ARN or a queue URL, which need no route; 1 to 512
   *     characters of visible ASCII
   */
  public static Builder to(String destination) {
    return new Builder(destination);
  }

  /** The same on every repeat; the inbox knows a message again by it. */
  public UUID id() {
    return id;
  }

  /** Where it goes: a logical name, or the queue or topic itself; see {@link #to}. */
  public String destination() {
    return destination;
  }

  /** What kind of message it is. */
  public String type() {
    return type;
  }

  /** Messages of one key keep their order on FIFO destinations. */
  public Optional<String> key() {
    return Optional.ofNullable(key);
  }

  /** What travels beside the payload; {@link Headers#none} if nothing does. */
  public Headers headers() {
    return headers;
  }

  /** The text to deliver. */
  public String payload() {
    return payload;
  }

  /**
   * When it is to be sent, if not at once. It is for the outbox only and does not travel: what a
   * relay or a consumer holds has none.
   */
  public Optional<Instant> deliverAt() {
    return Optional.ofNullable(deliverAt);
  }

  /** Two messages are equal if all they hold is equal. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Message that
        && id.equals(that.id)
        && destination.equals(that.destination)
        && type.equals(that.type)
        && key().equals(that.key())
        && headers.equals(that.headers)
        && payload.equals(that.payload)
        && deliverAt().equals(that.deliverAt());
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  /** Without payload and header values, so that a log never holds them. */
  @Override
  public String toString() {
    return type + " " + id + " to " + destination + (key == null ? "" : " key " + key);
  }

  private static void requireTime(@Nullable Instant deliverAt) {
    if (deliverAt != null && (deliverAt.isBefore(FIRST_TIME) || deliverAt.isAfter(LAST_TIME))) {
      throw new InvalidMessage(
          "deliverAt", "must be " + FIRST_TIME + " to " + LAST_TIME + ": " + deliverAt);
    }
  }

  private static String given(String field, @Nullable String value) {
    if (value == null) {
      throw new InvalidMessage(field, "is missing");
    }
    return value;
  }

  /** Collects the parts of a message; not for sharing between threads. */
  public static final class Builder {

    private final @Nullable String destination;
    private @Nullable UUID id;
    private @Nullable String type;
    private @Nullable String key;
    private @Nullable String payload;
    private @Nullable Instant deliverAt;
    private final Map<String, Headers.Value> headers = new LinkedHashMap<>();

    private Builder(String destination) {
      this.destination = destination;
    }

    /** The id to use instead of a new UUIDv7, for a writer that makes the same message again. */
    public Builder id(UUID id) {
      this.id = requireNonNull(id, "id");
      return this;
    }

    /** What kind of message this is, as in {@code OrderPlaced}: 1 to 256 characters. Required. */
    public Builder type(String type) {
      this.type = type;
      return this;
    }

    /**
     * What the message is about: 1 to 128 ASCII letters, digits and punctuation, the alphabet of
     * {@code MessageGroupId}. {@code null} is no key.
     */
    public Builder key(@Nullable String key) {
      this.key = key;
      return this;
    }

    /** The text to deliver, untouched: at least one character. Required. */
    public Builder payload(String payload) {
      this.payload = payload;
      return this;
    }

    /**
     * An object as payload.
     *
     * @throws Codec.Mismatch if the codec has no text for it
     */
    public Builder payload(Object value, Codec codec) {
      return payload(codec.encode(value));
    }

    /**
     * Sends the message no earlier than then, by the clock of the database, instead of at once:
     * from 1970 to the end of 9999, and microseconds count. A message with such a time opts out of
     * the order of its key; it neither waits for another nor lets one wait, even if the time is
     * over. {@code null} is at once.
     */
    public Builder deliverAt(@Nullable Instant time) {
      deliverAt = time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
      return this;
    }

    /** Bytes as payload: travels as Base64, with the header {@code content-encoding: base64}. */
    public Builder binary(byte[] bytes) {
      payload = Base64.getEncoder().encodeToString(bytes);
      return header(ENCODING_HEADER, "base64");
    }

    /** A text of at least one character; see {@link #header(String, Headers.Value)}. */
    public Builder header(String name, String value) {
      return header(name, new Headers.Value.Text(value));
    }

    /** A finite number of at most 38 digits; see {@link #header(String, Headers.Value)}. */
    public Builder header(String name, Number value) {
      try {
        return header(name, new Headers.Value.Numeric(new BigDecimal(value.toString())));
      } catch (NumberFormatException e) {
        throw new InvalidMessage("header '" + name + "'", "must be a finite number: " + value);
      }
    }

    /** A list of at least one text; see {@link #header(String, Headers.Value)}. */
    public Builder header(String name, List<String> values) {
      return header(name, new Headers.Value.Texts(values));
    }

    /** At least one byte, copied; see {@link #header(String, Headers.Value)}. */
    public Builder header(String name, byte[] value) {
      return header(name, Headers.Value.Binary.of(value));
    }

    /**
     * A value that travels beside the payload; one of the same name is replaced. A message has at
     * most 100 headers, and {@link WireFormat} says how they travel.
     *
     * @param name 1 to 256 of {@code A-Z a-z 0-9 _ -}, and single dots inside; not beginning with
     *     {@code aws.}, {@code amazon.} or {@code mailroom-}, in whatever case
     */
    public Builder header(String name, Headers.Value value) {
      headers.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
      return this;
    }

    /** All of these, as {@link #header(String, Headers.Value)} each. */
    public Builder headers(Headers more) {
      headers.putAll(more.asMap());
      return this;
    }

    /**
     * The message, once all of it was checked.
     *
     * @throws InvalidMessage if a part is missing or no broker could take it
     */
    public Message build() {
      Message message = new Message(this);
      Text.requireLength("destination", message.destination, MAX_DESTINATION);
      Text.requireVisibleAscii("destination", message.destination);
      Text.requireLength("type", message.type, MAX_TYPE);
      Text.requireAllowedCharacters("type", message.type);
      if (key != null) {
        Text.requireLength("key", key, MAX_KEY);
        Text.requireVisibleAscii("key", key);
      }
      HeaderRules.check(message.headers);
      if (message.payload.isEmpty()) {
        throw new InvalidMessage("payload", "must have at least one character");
      }
      Text.requireAllowedCharacters("payload", message.payload);
      requireTime(message.deliverAt);
      return message;
    }
  }
}
