package dev.mailroom.relay.aws;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sns.SnsAsyncClientBuilder;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClientBuilder;

/**
 * Clients as a relay wants them, since the SDK's defaults are those of an application that has
 * nobody else to retry. All of it is set here and nothing left to defaults that change:
 *
 * <ul>
 *   <li>Retries: one, after 50 ms, and only when the connection failed ({@link IOException}), as
 *       one that the service closed while it was idle does. A throttled, failed or late call is the
 *       relay's to repeat: it knows the destination's state, and would see its own retries
 *       multiplied. A retry can make a duplicate on a standard queue, as any repeat of the relay;
 *       on FIFO it has the same deduplication id and cannot.
 *   <li>A call may take 5 s, a single attempt too, a connection 2 s, and the wait for a free one 2
 *       s.
 *   <li>Up to 64 connections a client: four destinations with 16 batches under way. Idle ones are
 *       closed after 20 s.
 *   <li>No MD5 check of what SQS says it received: the signature of a request covers its body.
 * </ul>
 *
 * <p>Region and credentials come from the SDK's default providers unless the argument sets them. It
 * is applied last and may replace anything; mind that an {@code overrideConfiguration} given there
 * replaces retries and timeouts as a whole. Callers close what they get. For receiving, use other
 * clients: long polls would hold these connections.
 */
public final class AwsClients {

  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration MAX_IDLE = Duration.ofSeconds(20);
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_WAITING = 10_000;
  private static final int ATTEMPTS = 2;

  /**
   * Not at once: both attempts share a response handler in SDK 2.42, and a connection that breaks
   * may report it twice; the second report then fails the retry although it was answered.
   */
  private static final BackoffStrategy RETRY_DELAY =
      BackoffStrategy.fixedDelayWithoutJitter(Duration.ofMillis(50));

  private AwsClients() {}

  /** A client for SQS. */
  public static SqsAsyncClient sqs() {
    return sqs(defaults -> {});
  }

  /** A client for SQS, after {@code more} has set what differs. */
  public static SqsAsyncClient sqs(Consumer<? super SqsAsyncClientBuilder> more) {
    SqsAsyncClientBuilder builder =
        SqsAsyncClient.builder()
            .httpClientBuilder(http())
            .overrideConfiguration(calls())
            .checksumValidationEnabled(false);
    more.accept(builder);
    return builder.build();
  }

  /** A client for SNS. */
  public static SnsAsyncClient sns() {
    return sns(defaults -> {});
  }

  /** A client for SNS, after {@code more} has set what differs. */
  public static SnsAsyncClient sns(Consumer<? super SnsAsyncClientBuilder> more) {
    SnsAsyncClientBuilder builder =
        SnsAsyncClient.builder().httpClientBuilder(http()).overrideConfiguration(calls());
    more.accept(builder);
    return builder.build();
  }

  private static ClientOverrideConfiguration calls() {
    return ClientOverrideConfiguration.builder()
        .retryStrategy(retries())
        .apiCallTimeout(CALL_TIMEOUT)
        .apiCallAttemptTimeout(CALL_TIMEOUT)
        .build();
  }

  private static RetryStrategy retries() {
    return StandardRetryStrategy.builder()
        .useClientDefaults(false)
        .maxAttempts(ATTEMPTS)
        .retryOnExceptionOrCauseInstanceOf(IOException.class)
        .backoffStrategy(RETRY_DELAY)
        .throttlingBackoffStrategy(RETRY_DELAY)
        .treatAsThrottling(error -> false)
        .build();
  }

  private static SdkAsyncHttpClient.Builder<?> http() {
    return NettyNioAsyncHttpClient.builder()
        .maxConcurrency(MAX_CONNECTIONS)
        .maxPendingConnectionAcquires(MAX_WAITING)
        .connectionTimeout(CONNECT_TIMEOUT)
        .connectionAcquisitionTimeout(CONNECT_TIMEOUT)
        .connectionMaxIdleTime(MAX_IDLE)
        .readTimeout(CALL_TIMEOUT)
        .writeTimeout(CALL_TIMEOUT)
        .tcpKeepAlive(true);
  }
}
