package dev.mailroom.testkit;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Amazon SQS and SNS in this JVM, behind one HTTP endpoint on 127.0.0.1, with {@link Faults} to
 * order. Clients of the AWS SDK work unchanged: {@link #configure} points one here, and some are
 * ready made.
 *
 * <p>Behind the endpoint ElasticMQ does the queueing. Limits, error codes, attributes and long
 * polls of FIFO queues are put right where it differs from SQS; SNS is written for this kit:
 * standard and FIFO topics with SQS subscriptions, raw or enveloped, without filter policies. A
 * publish is answered when every subscribed queue has the message. Nobody checks signatures or
 * permissions; what the queues hold lives in memory.
 *
 * <p>Thread-safe.
 */
public final class LocalAws implements AutoCloseable {

  static final Region REGION = Region.US_EAST_1;

  private final Faults faults = new Faults();
  private final Deliveries deliveries = new Deliveries();
  private final Front front;
  private final ElasticMq elasticMq;
  private final Clients clients;
  private final Clients backstage;

  private LocalAws(int port) {
    CompletableFuture<Service> service = new CompletableFuture<>();
    // Queue URLs name the front, so it must have its port before the queues start.
    this.front = Front.start(port, request -> service.thenCompose(s -> s.call(request)));
    this.elasticMq = ElasticMq.start(endpoint(), REGION.id());
    this.clients = new Clients(endpoint());
    this.backstage = new Clients(elasticMq.endpoint());
    service.complete(new Endpoint(elasticMq, endpoint(), faults, deliveries));
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

  /** Points an SDK client here: sets endpoint, region and credentials, and returns the builder. */
  public <B extends AwsClientBuilder<B, ?>> B configure(B builder) {
    return Clients.aim(builder, endpoint());
  }

  /**
   * A client with the SDK's defaults, made once and closed with this. It retries what fails, so it
   * hides injected faults; {@link #configure} one without retries to see them.
   */
  public SqsClient sqs() {
    return clients.sqs();
  }

  /** As {@link #sqs()}, on Netty. */
  public SqsAsyncClient sqsAsync() {
    return clients.sqsAsync();
  }

  /** As {@link #sqs()}, for SNS. */
  public SnsClient sns() {
    return clients.sns();
  }

  /** As {@link #sns()}, on Netty. */
  public SnsAsyncClient snsAsync() {
    return clients.snsAsync();
  }

  /** What shall go wrong; nothing at first. */
  public Faults faults() {
    return faults;
  }

  /** What consumers were handed, and how often again. */
  public Deliveries deliveries() {
    return deliveries;
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
    if (Queues.isFifo(name)) {
      all.put(QueueAttributeName.FIFO_QUEUE, "true");
    }
    return sqs().createQueue(request -> request.queueName(name).attributes(all)).queueUrl();
  }

  /** The ARN of the queue {@code name}, whether it exists or not. */
  public String queueArn(String name) {
    return "arn:aws:sqs:" + REGION.id() + ":" + ElasticMq.ACCOUNT + ":" + name;
  }

  /**
   * Makes a topic, or finds the one of that name.
   *
   * @param name ends with {@code .fifo} for a FIFO topic
   * @return its ARN
   */
  public String createTopic(String name) {
    Map<String, String> attributes =
        name.endsWith(Topic.FIFO_SUFFIX) ? Map.of("FifoTopic", "true") : Map.of();
    return sns().createTopic(request -> request.name(name).attributes(attributes)).topicArn();
  }

  /**
   * Lets a topic deliver to a queue.
   *
   * @param raw whether bodies and attributes come as published, or in the JSON envelope of SNS
   */
  public void subscribe(String topicArn, String queueName, boolean raw) {
    sns()
        .subscribe(
            request ->
                request
                    .topicArn(topicArn)
                    .protocol("sqs")
                    .endpoint(queueArn(queueName))
                    .attributes(Map.of("RawMessageDelivery", Boolean.toString(raw))));
  }

  /**
   * Receives and deletes every message that is visible now, with all attributes; those of a FIFO
   * group in order. Neither faults nor {@link #deliveries()} take notice.
   *
   * @param queueUrl as {@link #createQueue(String)} gives it
   */
  public List<Message> drain(String queueUrl) {
    List<Message> drained = new ArrayList<>();
    List<Message> some = receive(queueUrl);
    while (!some.isEmpty()) {
      drained.addAll(some);
      List<DeleteMessageBatchRequestEntry> entries =
          some.stream()
              .map(
                  message ->
                      DeleteMessageBatchRequestEntry.builder()
                          .id(message.messageId())
                          .receiptHandle(message.receiptHandle())
                          .build())
              .toList();
      backstage.sqs().deleteMessageBatch(r -> r.queueUrl(queueUrl).entries(entries));
      some = receive(queueUrl);
    }
    return drained;
  }

  private List<Message> receive(String queueUrl) {
    return backstage
        .sqs()
        .receiveMessage(
            request ->
                request
                    .queueUrl(queueUrl)
                    .maxNumberOfMessages(Limits.BATCH)
                    .messageAttributeNames("All")
                    .messageSystemAttributeNamesWithStrings("All")
                    .waitTimeSeconds(0))
        .messages();
  }

  /** Closes the clients made here, then the servers; what the queues held is gone. */
  @Override
  public void close() {
    clients.close();
    front.close();
    backstage.close();
    elasticMq.close();
  }
}
