package dev.mailroom.testkit;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A queue that gets what a topic gets. Thread-safe. */
final class Subscription {

  private static final String RAW = "RawMessageDelivery";

  private final String arn;
  private final String topicArn;
  private final String endpoint;
  private final Map<String, String> attributes = new ConcurrentHashMap<>();

  Subscription(String arn, String topicArn, String endpoint) {
    this.arn = arn;
    this.topicArn = topicArn;
    this.endpoint = endpoint;
  }

  String arn() {
    return arn;
  }

  String topicArn() {
    return topicArn;
  }

  /** The ARN of the queue. */
  String endpoint() {
    return endpoint;
  }

  String queue() {
    return endpoint.substring(endpoint.lastIndexOf(':') + 1);
  }

  boolean isRaw() {
    return Optional.ofNullable(attributes.get(RAW)).map(Boolean::parseBoolean).orElse(false);
  }

  Map<String, String> attributes() {
    return attributes;
  }

  /**
   * @throws ServiceError if there is no such attribute, or it cannot have that value
   */
  void set(String name, String value) {
    if (!name.equals(RAW)) {
      throw new ServiceError(
          "InvalidParameter", "Invalid parameter: LocalAws does not support the attribute " + name);
    }
    if (!Set.of("true", "false").contains(value)) {
      throw new ServiceError("InvalidParameter", "Invalid parameter: " + name + ": " + value);
    }
    attributes.put(name, value);
  }
}
