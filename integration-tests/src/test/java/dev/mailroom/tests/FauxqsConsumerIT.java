package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.inbox.sqs.SqsConsumer;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.testkit.FauxqsServer;
import dev.mailroom.testkit.PostgresServer;
import dev.mailroom.tests.inbox.InboxProof;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/**
 * The consumer on the npm emulator, a second opinion. Of fauxqs 1.9.2: it hands out one message of
 * a FIFO group at a time, so nothing ever waits here behind another of its group, and what becomes
 * of those behind a failure is shown on LocalAws alone. Nor does it move messages back from a
 * dead-letter queue (StartMessageMoveTask), nor forward a standard topic's group id.
 */
class FauxqsConsumerIT {

  private static final Path PACKAGE =
      Path.of(System.getProperty("mailroom.fauxqs.dir", "fauxqs")).toAbsolutePath();

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final QueueAttributeName VISIBLE =
      QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES;
  private static final QueueAttributeName HIDDEN =
      QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE;

  private static FauxqsServer server;
  private static PostgresServer postgres;
  private static HikariDataSource dataSource;
  private static SqsAsyncClient sqs;

  @BeforeAll
  static void start() {
    Assumptions.assumeTrue(
        System.getenv("CI") != null || FauxqsServer.available(PACKAGE),
        "fauxqs is not installed: run `npm ci` in integration-tests/fauxqs");
    server = FauxqsServer.startIn(PACKAGE);
    sqs = server.configure(SqsAsyncClient.builder()).build();
    postgres = PostgresServer.start();
    dataSource = new HikariDataSource();
    dataSource.setJdbcUrl(postgres.createDatabase("consumer"));
    InboxSchema.migrate(dataSource);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      sqs.close();
      dataSource.close();
      postgres.close();
      server.close();
    }
  }

  private static String queue(String name) {
    Map<QueueAttributeName, String> attributes =
        name.endsWith(".fifo") ? Map.of(QueueAttributeName.FIFO_QUEUE, "true") : Map.of();
    return sqs.createQueue(request -> request.queueName(name).attributes(attributes))
        .join()
        .queueUrl();
  }

  private static void send(String url, UUID id, String body) {
    SendMessageRequest.Builder request =
        SendMessageRequest.builder()
            .queueUrl(url)
            .messageBody(body)
            .messageAttributes(
                Map.of(
                    WireFormat.ID,
                    MessageAttributeValue.builder()
                        .dataType("String")
                        .stringValue(id.toString())
                        .build()));
    if (url.endsWith(".fifo")) {
      request.messageGroupId("g").messageDeduplicationId(UUID.randomUUID().toString());
    }
    sqs.sendMessage(request.build()).join();
  }

  private static SqsConsumer consumer(String queue, SqsConsumer.Handler handler) {
    SqsConsumer consumer =
        SqsConsumer.builder(sqs, Inbox.of(dataSource, queue))
            .queue(queue)
            .waitTime(Duration.ofSeconds(1))
            .backoff(Duration.ofSeconds(1), Duration.ofSeconds(1))
            .onAny(handler)
            .build();
    consumer.start();
    return consumer;
  }

  private static void awaitEmpty(String url) {
    await().atMost(PATIENCE).until(() -> count(url, VISIBLE, HIDDEN) == 0);
  }

  private static int count(String url, QueueAttributeName... attributes) {
    return sqs
        .getQueueAttributes(request -> request.queueUrl(url).attributeNames(attributes))
        .join()
        .attributes()
        .values()
        .stream()
        .mapToInt(Integer::parseInt)
        .sum();
  }

  private static String arn(String url) {
    return sqs.getQueueAttributes(
            request -> request.queueUrl(url).attributeNames(QueueAttributeName.QUEUE_ARN))
        .join()
        .attributes()
        .get(QueueAttributeName.QUEUE_ARN);
  }

  @Test
  void copiesOfAMessageTakeEffectOnce() {
    String url = queue("copies");
    UUID id = UUID.randomUUID();
    IntStream.range(0, 5).forEach(i -> send(url, id, "once"));
    List<String> done = new CopyOnWriteArrayList<>();
    try (SqsConsumer running = consumer("copies", (message, c) -> done.add(message.payload()))) {
      awaitEmpty(url);
    }
    assertThat(done).containsExactly("once");
  }

  @Test
  void aGroupKeepsItsOrderThroughFailures() {
    String url = queue("group.fifo");
    List<String> sent = IntStream.range(0, 8).mapToObj(i -> "m" + i).toList();
    sent.forEach(body -> send(url, UUID.randomUUID(), body));
    List<String> done = new CopyOnWriteArrayList<>();
    try (SqsConsumer running =
        consumer(
            "group.fifo",
            (message, context) -> {
              if (message.payload().equals("m3") && message.receiveCount() == 1) {
                throw new IllegalStateException("the first time");
              }
              done.add(message.payload());
            })) {
      awaitEmpty(url);
    }
    assertThat(done).containsExactlyElementsOf(sent);
  }

  @Test
  void aTopicsMessagesComeTheSameWithAndWithoutEnvelope() {
    List<String> received = new CopyOnWriteArrayList<>();
    SqsConsumer.Handler record =
        (message, context) -> received.add(message.id() + " " + message.payload());
    try (SnsAsyncClient sns = server.configure(SnsAsyncClient.builder()).build()) {
      String topic = sns.createTopic(request -> request.name("told")).join().topicArn();
      for (String raw : List.of("true", "false")) {
        String queueArn = arn(queue("told-" + raw));
        sns.subscribe(
                request ->
                    request
                        .topicArn(topic)
                        .protocol("sqs")
                        .endpoint(queueArn)
                        .attributes(Map.of("RawMessageDelivery", raw)))
            .join();
      }
      var id =
          software.amazon.awssdk.services.sns.model.MessageAttributeValue.builder()
              .dataType("String")
              .stringValue("0193e7a2-0000-7000-8000-000000000001")
              .build();
      sns.publish(
              request ->
                  request
                      .topicArn(topic)
                      .message("hello")
                      .messageAttributes(Map.of(WireFormat.ID, id)))
          .join();
      try (SqsConsumer raw = consumer("told-true", record);
          SqsConsumer enveloped = consumer("told-false", record)) {
        await().atMost(PATIENCE).until(() -> received.size() == 2);
      }
    }
    assertThat(received).containsOnly("0193e7a2-0000-7000-8000-000000000001 hello");
  }

  @Test
  void whatAlwaysFailsIsMovedByTheRedrivePolicy() {
    String url = queue("poison");
    String dead = queue("poison-dead");
    String policy = "{\"deadLetterTargetArn\":\"" + arn(dead) + "\",\"maxReceiveCount\":3}";
    sqs.setQueueAttributes(
            request ->
                request.queueUrl(url).attributes(Map.of(QueueAttributeName.REDRIVE_POLICY, policy)))
        .join();
    List<Integer> deliveries = new CopyOnWriteArrayList<>();
    send(url, UUID.randomUUID(), "poison");
    try (SqsConsumer running =
        consumer(
            "poison",
            (message, context) -> {
              deliveries.add(message.receiveCount());
              throw new IllegalStateException("always");
            })) {
      await().atMost(PATIENCE).until(() -> count(dead, VISIBLE) == 1);
    }
    assertThat(deliveries).containsExactly(1, 2, 3);
    assertThat(count(url, VISIBLE, HIDDEN)).isZero();
  }

  @Test
  void closingLeavesNothingHidden() {
    String url = queue("closed");
    IntStream.range(0, 20).forEach(i -> send(url, UUID.randomUUID(), "m" + i));
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch never = new CountDownLatch(1);
    SqsConsumer consumer =
        SqsConsumer.builder(sqs, Inbox.of(dataSource, "closed"))
            .queue("closed")
            .concurrency(2)
            .waitTime(Duration.ofSeconds(1))
            .visibility(Duration.ofMinutes(10))
            .shutdown(Duration.ofMillis(500))
            .onAny(
                (message, context) -> {
                  begun.countDown();
                  never.await();
                })
            .build();
    consumer.start();
    // Two are at work, and others that were received wait behind them.
    await().atMost(PATIENCE).until(() -> begun.getCount() == 0 && count(url, HIDDEN) > 2);
    consumer.close();
    assertThat(count(url, HIDDEN)).isZero();
    assertThat(count(url, VISIBLE)).isEqualTo(20);
  }

  @Test
  void consumersThatDieTakeEachMessagesEffectOnceAndInOrder() throws Exception {
    InboxProof proof = new InboxProof();
    new CommandLine(proof).parseArgs("--broker=fauxqs", "--rounds=4");
    try (Progress progress = new Progress(line -> System.out.println(line))) {
      Findings findings = proof.run(progress);
      assertThat(findings.areKept()).as(findings.json()).isTrue();
    }
  }
}
