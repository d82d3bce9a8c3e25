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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/**
 * The consumer on the npm emulator, a second opinion. Of fauxqs 1.9.2: it hands out one message of
 * a FIFO group at a time, so nothing ever waits here behind another of its group, and what becomes
 * of those behind a failure is shown on LocalAws alone.
 */
class FauxqsConsumerIT {

  private static final Path PACKAGE =
      Path.of(System.getProperty("mailroom.fauxqs.dir", "fauxqs")).toAbsolutePath();

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
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                sqs
                    .getQueueAttributes(
                        request ->
                            request
                                .queueUrl(url)
                                .attributeNames(
                                    QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                    QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
                    .join()
                    .attributes()
                    .values()
                    .stream()
                    .allMatch("0"::equals));
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
}
