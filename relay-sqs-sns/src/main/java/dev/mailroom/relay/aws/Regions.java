package dev.mailroom.relay.aws;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsServiceClientConfiguration;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/**
 * The regions of the clients, where those are known. A client calls its own region whatever an ARN
 * or a queue URL says, and there may be a queue of the same name.
 */
record Regions(@Nullable String sqs, @Nullable String sns) {

  private static final Pattern QUEUE_HOST =
      Pattern.compile(
          "https?://(?:[^/]*\\.)?sqs(?:-fips)?\\.([a-z0-9-]+)\\."
              + "(?:vpce\\.)?(?:amazonaws\\.com(?:\\.cn)?|api\\.aws)(?::\\d+)?/.*");

  static Regions of(SqsAsyncClient sqs, SnsAsyncClient sns) {
    return new Regions(
        region(sqs.serviceClientConfiguration()), region(sns.serviceClientConfiguration()));
  }

  /** Null if the endpoint is given, as for emulators, whose ARNs may have any region. */
  private static @Nullable String region(AwsServiceClientConfiguration client) {
    return client.endpointOverride().isPresent() ? null : client.region().id();
  }

  /**
   * @throws IllegalArgumentException if {@code route} is in another region than the client for it
   */
  Route check(Route route) {
    String wanted = regionOf(route);
    String actual = route instanceof SqsQueue ? sqs : sns;
    if (wanted != null && actual != null && !wanted.equals(actual)) {
      throw new IllegalArgumentException(
          route
              + " is in region "
              + wanted
              + ", but its client calls "
              + actual
              + "; send there with a transport whose clients have that region");
    }
    return route;
  }

  private static @Nullable String regionOf(Route route) {
    if (route instanceof SqsQueue queue && queue.url() != null) {
      Matcher host = QUEUE_HOST.matcher(queue.url());
      return host.matches() ? host.group(1) : null;
    }
    Arn arn = route instanceof SqsQueue queue ? queue.arn() : ((SnsTopic) route).arn();
    return arn == null ? null : arn.region();
  }
}
