package dev.mailroom.relay.aws;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A queue of Amazon SQS, by name, ARN or URL. Immutable. */
public final class SqsQueue implements Route {

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\\.fifo");
  private static final Pattern URL =
      Pattern.compile("https?://[^/\\s]+/(?:[^/\\s?#]+/)*([^/\\s?#]+)");

  private final String name;
  private final @Nullable Arn arn;
  private final @Nullable String url;
  private final @Nullable Integer maxBytes;

  private SqsQueue(
      String name, @Nullable Arn arn, @Nullable String url, @Nullable Integer maxBytes) {
    this.name = name;
    this.arn = arn;
    this.url = url;
    this.maxBytes = maxBytes;
  }

  /**
   * A queue of the client's own account and region; its URL is asked for with {@code GetQueueUrl}.
   *
   * @param name 1 to 80 of {@code A-Z a-z 0-9 _ -}, of which {@code .fifo} may be the end
   * @throws IllegalArgumentException if it is no such name
   */
  public static SqsQueue named(String name) {
    return new SqsQueue(Names.require("queue name", NAME, name), null, null, null);
  }

  /**
   * A queue of any account in the client's region; its URL is asked for with {@code GetQueueUrl}.
   *
   * @param arn as in {@code arn:aws:sqs:eu-west-1:123456789012:orders}
   * @throws IllegalArgumentException if it is not the ARN of a queue
   */
  public static SqsQueue arn(String arn) {
    Arn parsed = Arn.parse(arn, "sqs");
    return new SqsQueue(Names.require("queue name", NAME, parsed.name()), parsed, null, null);
  }

  /**
   * A queue by its URL, which is used as it is; its last part is the queue's name.
   *
   * @throws IllegalArgumentException if it is not an absolute {@code https} or {@code http} URL
   *     with a path
   */
  public static SqsQueue url(String url) {
    var matcher = URL.matcher(url);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "queue URL \"%s\" must be like https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
              url));
    }
    return new SqsQueue(matcher.group(1), null, url, null);
  }

  @Override
  public SqsQueue maxBytes(int bytes) {
    return new SqsQueue(name, arn, url, SizeLimits.require(bytes));
  }

  String name() {
    return name;
  }

  @Nullable Arn arn() {
    return arn;
  }

  @Nullable String url() {
    return url;
  }

  @Nullable Integer maxBytes() {
    return maxBytes;
  }

  /** As {@code SQS queue orders}, with the ARN or URL if it is known by that. */
  @Override
  public String toString() {
    return "SQS queue " + (url != null ? url : arn != null ? arn.text() : name);
  }
}
