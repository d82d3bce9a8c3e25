package dev.mailroom.relay.aws;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A topic of Amazon SNS, by name or ARN. Immutable. */
public final class SnsTopic implements Route {

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\\.fifo");

  private final String name;
  private final @Nullable Arn arn;
  private final @Nullable Integer maxBytes;

  private SnsTopic(String name, @Nullable Arn arn, @Nullable Integer maxBytes) {
    this.name = name;
    this.arn = arn;
    this.maxBytes = maxBytes;
  }

  /**
   * A topic of the client's own account and region. It is looked for with {@code ListTopics}, page
   * by page; in an account with thousands of topics, or without that permission, use {@link #arn}.
   *
   * @param name 1 to 256 of {@code A-Z a-z 0-9 _ -}, of which {@code .fifo} may be the end
   * @throws IllegalArgumentException if it is no such name
   */
  public static SnsTopic named(String name) {
    return new SnsTopic(Names.require("topic name", NAME, name), null, null);
  }

  /**
   * A topic of any account in the client's region; nothing has to be looked up.
   *
   * @param arn as in {@code arn:aws:sns:eu-west-1:123456789012:orders}
   * @throws IllegalArgumentException if it is not the ARN of a topic
   */
  public static SnsTopic arn(String arn) {
    Arn parsed = Arn.parse(arn, "sns");
    return new SnsTopic(Names.require("topic name", NAME, parsed.name()), parsed, null);
  }

  @Override
  public SnsTopic maxBytes(int bytes) {
    return new SnsTopic(name, arn, SizeLimits.require(bytes));
  }

  String name() {
    return name;
  }

  @Nullable Arn arn() {
    return arn;
  }

  @Nullable Integer maxBytes() {
    return maxBytes;
  }

  /** As {@code SNS topic orders}, with the ARN if it is known by that. */
  @Override
  public String toString() {
    return "SNS topic " + (arn != null ? arn.text() : name);
  }
}
