package dev.mailroom.testkit;

import dev.mailroom.testkit.Deduplication.Accepted;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** A topic with its subscriptions. Thread-safe. */
final class Topic {

  static final String FIFO_SUFFIX = ".fifo";
  private static final String FIFO = "FifoTopic";
  private static final String CONTENT_BASED = "ContentBasedDeduplication";
  private static final String MAXIMUM_MESSAGE_SIZE = "MaximumMessageSize";
  private static final String THROUGHPUT_SCOPE = "FifoThroughputScope";

  /** SNS takes up to 256 KiB, unless the topic says otherwise. */
  private static final String DEFAULT_MESSAGE_SIZE = "262144";

  private static final Set<String> KNOWN =
      Set.of(
          FIFO,
          CONTENT_BASED,
          MAXIMUM_MESSAGE_SIZE,
          THROUGHPUT_SCOPE,
          "DisplayName",
          "Policy",
          "KmsMasterKeyId",
          "DeliveryPolicy",
          "SignatureVersion",
          "TracingConfig");

  private final String arn;
  private final Map<String, String> attributes = new ConcurrentHashMap<>();
  private final Map<String, Subscription> subscriptions = new ConcurrentSkipListMap<>();
  private final GroupTurns turns = new GroupTurns();
  private final AtomicLong sequence = new AtomicLong();
  private final Deduplication deduplication;

  Topic(String arn, InstantSource clock) {
    this.arn = arn;
    this.deduplication = new Deduplication(clock);
    attributes.put(MAXIMUM_MESSAGE_SIZE, DEFAULT_MESSAGE_SIZE);
  }

  String arn() {
    return arn;
  }

  String name() {
    return name(arn);
  }

  static String name(String arn) {
    return arn.substring(arn.lastIndexOf(':') + 1);
  }

  Map<String, String> attributes() {
    return attributes;
  }

  /** By their ARNs. */
  Map<String, Subscription> subscriptions() {
    return subscriptions;
  }

  GroupTurns turns() {
    return turns;
  }

  boolean isFifo() {
    return arn.endsWith(FIFO_SUFFIX);
  }

  boolean isContentBased() {
    return Boolean.parseBoolean(attributes.get(CONTENT_BASED));
  }

  int maximumMessageSize() {
    return Integer.parseInt(attributes.getOrDefault(MAXIMUM_MESSAGE_SIZE, DEFAULT_MESSAGE_SIZE));
  }

  /**
   * @throws ServiceError if there is no such attribute, or it cannot have that value
   */
  void set(String name, String value) {
    if (!KNOWN.contains(name)) {
      throw new ServiceError("InvalidParameter", "Invalid parameter: AttributeName " + name);
    }
    if (name.equals(MAXIMUM_MESSAGE_SIZE) && !Limits.isMessageSize(value)) {
      throw new ServiceError(
          "InvalidParameter",
          "Invalid parameter: MaximumMessageSize must be between %d and %d: %s"
              .formatted(Limits.MIN_MESSAGE_BYTES, Limits.MAX_MESSAGE_BYTES, value));
    }
    attributes.put(name, value);
  }

  Accepted accept(Publication publication) {
    if (!isFifo()) {
      return new Accepted(UUID.randomUUID().toString(), "", false);
    }
    boolean perGroup = "MessageGroup".equals(attributes.get(THROUGHPUT_SCOPE));
    String scope = perGroup ? publication.group() + " " : "";
    return deduplication.accept(
        scope + deduplicationId(publication), () -> "%020d".formatted(sequence.incrementAndGet()));
  }

  /** The one that the publisher gave, else that of the content: the SHA-256 of the body. */
  static String deduplicationId(Publication publication) {
    return Objects.requireNonNullElseGet(
        publication.deduplication(), () -> sha256(publication.body()));
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
