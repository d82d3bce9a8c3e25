package dev.mailroom.inbox;

import static java.util.Objects.requireNonNull;

import dev.mailroom.outbox.Headers;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.WireFormat;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One delivery of a message: what its sender wrote, and what only the receiving side knows.
 * Immutable and safe to share between threads. A message may come from anyone, so all that Mailroom
 * writes and others do not is optional.
 */
public final class ReceivedMessage {

  private final String id;
  private final @Nullable String type;
  private final @Nullable String key;
  private final Headers headers;
  private final String payload;
  private final @Nullable Instant createdAt;
  private final @Nullable Instant sentAt;
  private final int receiveCount;
  private final String source;

  private ReceivedMessage(Builder builder) {
    id = given("id", builder.id);
    type = builder.type;
    key = builder.key;
    headers = builder.headers;
    payload = given("payload", builder.payload);
    createdAt = builder.createdAt;
    sentAt = builder.sentAt;
    receiveCount = builder.receiveCount;
    source = builder.source;
  }

  /**
   * A message of which no more is known, as when a listener of another framework hands it to an
   * inbox: {@code inbox.process(ReceivedMessage.of(id, body), context -> …)}.
   *
   * @param id the same on every delivery
   */
  public static ReceivedMessage of(String id, String payload) {
    return from("unknown").id(id).payload(payload).build();
  }

  /**
   * Starts a message, as a receive loop other than Mailroom's does.
   *
   * @param source where it came from, as in the name of its queue
   */
  public static Builder from(String source) {
    return new Builder(source);
  }

  /**
   * The same on every delivery: the sender's {@code mailroom-id} if it wrote one, else the id that
   * SNS gave the message, else the one that SQS did.
   */
  public String id() {
    return id;
  }

  /** What kind of message it is, if its sender said. */
  public Optional<String> type() {
    return Optional.ofNullable(type);
  }

  /** The {@code MessageGroupId}. On a FIFO queue, messages of one key come in order. */
  public Optional<String> key() {
    return Optional.ofNullable(key);
  }

  /** What the sender wrote beside the payload, without Mailroom's own attributes. */
  public Headers headers() {
    return headers;
  }

  /** The text of the message. */
  public String payload() {
    return payload;
  }

  /**
   * The bytes given to {@link Message.Builder#binary}.
   *
   * @throws InvalidMessage unless the header {@value Message#ENCODING_HEADER} is {@code base64} and
   *     the payload is Base64
   */
  public byte[] binaryPayload() {
    String encoding = headers.text(Message.ENCODING_HEADER).orElse("absent");
    if (!encoding.equals("base64")) {
      throw new InvalidMessage(
          "header '" + Message.ENCODING_HEADER + "'",
          "must be base64 for a binary payload, but is " + encoding + "; use payload()");
    }
    try {
      return Base64.getDecoder().decode(payload);
    } catch (IllegalArgumentException e) {
      throw new InvalidMessage("payload", "is not Base64: message " + id + " from " + source);
    }
  }

  /** When the sender's outbox row was written, by the clock of its database. */
  public Optional<Instant> createdAt() {
    return Optional.ofNullable(createdAt);
  }

  /** When the queue took the message, by the clock of the queue. */
  public Optional<Instant> sentAt() {
    return Optional.ofNullable(sentAt);
  }

  /** How often the message was delivered, this time included; at least 1. */
  public int receiveCount() {
    return receiveCount;
  }

  /** Where the message came from: the name of its queue. */
  public String source() {
    return source;
  }

  /** Without payload and header values, so that a log never holds them. */
  @Override
  public String toString() {
    return (type == null ? "message" : type)
        + " "
        + id
        + " from "
        + source
        + (key == null ? "" : " key " + key)
        + (receiveCount == 1 ? "" : " (delivery " + receiveCount + ")");
  }

  /** Starts a message that is this one but for what is set then. */
  public Builder toBuilder() {
    Builder copy = from(source).id(id).type(type).key(key).headers(headers).payload(payload);
    return copy.createdAt(createdAt).sentAt(sentAt).receiveCount(receiveCount);
  }

  private static String given(String field, @Nullable String value) {
    if (value == null) {
      throw new InvalidMessage(field, "is missing");
    }
    return value;
  }

  /** Collects the parts of a message; not for sharing between threads. */
  public static final class Builder {

    private final String source;
    private @Nullable String id;
    private @Nullable String type;
    private @Nullable String key;
    private Headers headers = Headers.none();
    private @Nullable String payload;
    private @Nullable Instant createdAt;
    private @Nullable Instant sentAt;
    private int receiveCount = 1;

    private Builder(String source) {
      this.source = requireNonNull(source, "source");
    }

    /** What the inbox knows the message again by. Required, here or among the attributes. */
    public Builder id(String id) {
      this.id = requireNonNull(id, "id");
      return this;
    }

    /** What kind of message it is; {@code null}, the default, if that is not known. */
    public Builder type(@Nullable String type) {
      this.type = type;
      return this;
    }

    /** See {@link ReceivedMessage#key}; {@code null}, the default, is none. */
    public Builder key(@Nullable String key) {
      this.key = key;
      return this;
    }

    /** What came beside the payload; by default nothing. */
    public Builder headers(Headers headers) {
      this.headers = requireNonNull(headers, "headers");
      return this;
    }

    /**
     * All attributes that came with the message: sets what {@link WireFormat} has among them, and
     * the headers to the rest.
     *
     * @throws InvalidMessage if the attribute {@value WireFormat#OVERFLOW} cannot be read
     */
    public Builder attributes(Headers attributes) {
      attributes.text(WireFormat.ID).ifPresent(this::id);
      attributes.text(WireFormat.TYPE).ifPresent(this::type);
      attributes.text(WireFormat.TIME).ifPresent(time -> createdAt = instant(time));
      return headers(WireFormat.headers(attributes));
    }

    /** The text of the message. Required. */
    public Builder payload(String payload) {
      this.payload = requireNonNull(payload, "payload");
      return this;
    }

    /** See {@link ReceivedMessage#createdAt}; {@code null}, the default, if not known. */
    public Builder createdAt(@Nullable Instant createdAt) {
      this.createdAt = createdAt;
      return this;
    }

    /** See {@link ReceivedMessage#sentAt}; {@code null}, the default, if not known. */
    public Builder sentAt(@Nullable Instant sentAt) {
      this.sentAt = sentAt;
      return this;
    }

    /** At least 1, which is the default. */
    public Builder receiveCount(int receiveCount) {
      if (receiveCount < 1) {
        throw new IllegalArgumentException(
            "receiveCount must be at least 1, but is " + receiveCount);
      }
      this.receiveCount = receiveCount;
      return this;
    }

    /**
     * The message.
     *
     * @throws InvalidMessage if id or payload is missing
     */
    public ReceivedMessage build() {
      return new ReceivedMessage(this);
    }

    /** Only informs, so a time that cannot be read is no reason to refuse the message. */
    private static @Nullable Instant instant(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        return null;
      }
    }
  }
}
