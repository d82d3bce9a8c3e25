package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener.Finding.Kind;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsServiceClientConfiguration;

/**
 * The client for long polls. They must not share a pool of connections with deletes: fifty polls
 * would use up the SDK's fifty connections, deletes would fail and work that was done come again.
 *
 * @param own whether it is ours to close
 */
record ReceiveClient(SqsAsyncClient client, boolean own) implements AutoCloseable {

  /** The one given; else one like {@code other}, with connections of its own. */
  static ReceiveClient of(@Nullable SqsAsyncClient given, SqsAsyncClient other, Findings findings) {
    if (given != null) {
      return new ReceiveClient(given, false);
    }
    try {
      return new ReceiveClient(like(other.serviceClientConfiguration()), true);
    } catch (SdkClientException | UnsupportedOperationException e) {
      findings.tell(
          Kind.SHARED_CLIENT,
          "no client of its own could be made for long polls ("
              + e.getMessage()
              + "), so they share their connections with deletes; give one with receiveClient(…)");
      return new ReceiveClient(other, false);
    }
  }

  private static SqsAsyncClient like(SqsServiceClientConfiguration other) {
    var builder =
        SqsAsyncClient.builder()
            .region(other.region())
            .credentialsProvider(other.credentialsProvider())
            .overrideConfiguration(other.overrideConfiguration());
    other.endpointOverride().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  @Override
  public void close() {
    if (own) {
      client.close();
    }
  }
}
