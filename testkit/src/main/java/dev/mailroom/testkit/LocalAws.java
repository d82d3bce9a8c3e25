package dev.mailroom.testkit;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Amazon SQS and SNS in this JVM, behind one HTTP endpoint on 127.0.0.1. Clients of the AWS SDK
 * work unchanged: give them {@link #endpoint()} as endpoint override, {@link #credentials()} and
 * {@link #region()}, or take those made here.
 *
 * <p>Thread-safe.
 */
public final class LocalAws implements AutoCloseable {

  static final Region REGION = Region.US_EAST_1;

  private final CompletableFuture<ElasticMq> queues = new CompletableFuture<>();
  private final Front front;
  private final Clients clients;

  private LocalAws(int port) {
    // Queue URLs name the front, so it must have its port before the queues start.
    this.front = Front.start(port, request -> queues.thenCompose(q -> q.call(request)));
    this.clients = new Clients(endpoint());
    queues.complete(ElasticMq.start(endpoint(), REGION.id()));
  }

  /** Starts on a free port; returns when calls are answered, after a few seconds. */
  public static LocalAws start() {
    return start(0);
  }

  /**
   * Starts on {@code port}.
   *
   * @param port 1 to 65535, or 0 for any that is free
   */
  public static LocalAws start(int port) {
    return new LocalAws(port);
  }

  /** Where SQS and SNS are spoken: {@code http://127.0.0.1:port}. */
  public URI endpoint() {
    return URI.create("http://" + Front.LOOPBACK + ":" + port());
  }

  /** The TCP port of {@link #endpoint()}. */
  public int port() {
    return front.port();
  }

  /** Made-up credentials; any others are accepted as well. */
  public static AwsCredentialsProvider credentials() {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create("mailroom", "mailroom"));
  }

  /** The region that ARNs name; clients may be set to any. */
  public Region region() {
    return REGION;
  }

  /** A client with the SDK's defaults, made once and closed with this. */
  public SqsClient sqs() {
    return clients.sqs();
  }

  /** A client with the SDK's defaults, made once and closed with this. */
  public SqsAsyncClient sqsAsync() {
    return clients.sqsAsync();
  }

  /**
   * Makes a queue, or finds the one of that name.
   *
   * @param name ends with {@code .fifo} for a FIFO queue
   * @return its URL
   */
  public String createQueue(String name) {
    return createQueue(name, Map.of());
  }

  /** As {@link #createQueue(String)}, with attributes; {@code FifoQueue} follows from the name. */
  public String createQueue(String name, Map<QueueAttributeName, String> attributes) {
    Map<QueueAttributeName, String> all = new HashMap<>(attributes);
    if (name.endsWith(".fifo")) {
      all.put(QueueAttributeName.FIFO_QUEUE, "true");
    }
    return sqs().createQueue(request -> request.queueName(name).attributes(all)).queueUrl();
  }

  /** Closes the clients made here, then the servers; what the queues held is gone. */
  @Override
  public void close() {
    clients.close();
    front.close();
    queues.join().close();
  }
}
