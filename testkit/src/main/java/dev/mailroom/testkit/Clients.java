package dev.mailroom.testkit;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** SDK clients of one endpoint, each made when first asked for. */
final class Clients implements AutoCloseable {

  private final URI endpoint;
  private final Deque<SdkAutoCloseable> made = new ArrayDeque<>();
  private final Once<SqsClient> sqs = new Once<>(this::newSqs);
  private final Once<SqsAsyncClient> sqsAsync = new Once<>(this::newSqsAsync);
  private final Once<SnsClient> sns = new Once<>(this::newSns);
  private final Once<SnsAsyncClient> snsAsync = new Once<>(this::newSnsAsync);

  Clients(URI endpoint) {
    this.endpoint = endpoint;
  }

  SqsClient sqs() {
    return sqs.get();
  }

  SqsAsyncClient sqsAsync() {
    return sqsAsync.get();
  }

  SnsClient sns() {
    return sns.get();
  }

  SnsAsyncClient snsAsync() {
    return snsAsync.get();
  }

  private SqsClient newSqs() {
    return aimed(SqsClient.builder().httpClientBuilder(Apache5HttpClient.builder())).build();
  }

  private SqsAsyncClient newSqsAsync() {
    return aimed(SqsAsyncClient.builder().httpClientBuilder(NettyNioAsyncHttpClient.builder()))
        .build();
  }

  private SnsClient newSns() {
    return aimed(SnsClient.builder().httpClientBuilder(Apache5HttpClient.builder())).build();
  }

  private SnsAsyncClient newSnsAsync() {
    return aimed(SnsAsyncClient.builder().httpClientBuilder(NettyNioAsyncHttpClient.builder()))
        .build();
  }

  private <B extends AwsClientBuilder<B, ?>> B aimed(B builder) {
    return aim(builder, endpoint);
  }

  static <B extends AwsClientBuilder<B, ?>> B aim(B builder, URI endpoint) {
    return builder
        .endpointOverride(endpoint)
        .region(LocalAws.REGION)
        .credentialsProvider(LocalAws.credentials());
  }

  @Override
  public void close() {
    synchronized (made) {
      while (!made.isEmpty()) {
        made.pop().close();
      }
    }
  }

  private final class Once<C extends SdkAutoCloseable> {

    private final Supplier<C> maker;
    private @Nullable C client;

    Once(Supplier<C> maker) {
      this.maker = maker;
    }

    C get() {
      synchronized (made) {
        if (client == null) {
          client = maker.get();
          made.push(client);
        }
        return client;
      }
    }
  }
}
