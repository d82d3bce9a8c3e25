package dev.mailroom.relay.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.Headers;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport.Limits;
import dev.mailroom.relay.Transport.Result;
import dev.mailroom.testkit.LocalAws;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/** Queues of {@link LocalAws}. */
class LocalSqsIT {

  private static LocalAws aws;
  private static SqsAsyncClient sqs;
  private static SnsAsyncClient sns;
  private static AwsTransport transport;

  /** Each test has a queue of its own. */
  private final String name = "q-" + UUID.randomUUID();

  @BeforeAll
  static void start() {
    aws = LocalAws.start();
    sqs = AwsClients.sqs(builder -> TestClients.at(aws.endpoint(), builder));
    sns = AwsClients.sns(builder -> TestClients.at(aws.endpoint(), builder));
    transport = AwsTransport.of(sqs, sns);
  }

  @AfterAll
  static void stop() {
    transport.close();
    sqs.close();
    sns.close();
    aws.close();
  }

  @BeforeEach
  void create() {
    aws.createQueue(name);
    aws.createQueue(name + ".fifo");
  }

  private static List<Result> send(String destination, OutboxEntry... batch) {
    return transport.send(destination, List.of(batch)).toCompletableFuture().join();
  }

  private static List<software.amazon.awssdk.services.sqs.model.Message> receive(
      String queue, int count) {
    String url = aws.sqs().getQueueUrl(q -> q.queueName(queue)).queueUrl();
    List<software.amazon.awssdk.services.sqs.model.Message> all = new ArrayList<>();
    while (all.size() < count) {
      var more =
          aws.sqs()
              .receiveMessage(
                  r ->
                      r.queueUrl(url)
                          .maxNumberOfMessages(10)
                          .waitTimeSeconds(10)
                          .messageAttributeNames("All")
                          .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
              .messages();
      assertThat(more).as("of %d messages, after %d", count, all.size()).isNotEmpty();
      all.addAll(more);
    }
    return all;
  }

  @Test
  void aStandardQueueTakesABatch() {
    assertThat(transport.limits("sqs:" + name)).isEqualTo(new Limits(false, 10, 1_048_576));
    OutboxEntry[] batch = new OutboxEntry[10];
    for (int i = 0; i < 10; i++) {
      batch[i] = Entry.of("payload " + i);
    }
    assertThat(send("sqs:" + name, batch)).hasSize(10).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(receive(name, 10))
        .extracting(software.amazon.awssdk.services.sqs.model.Message::body)
        .containsExactlyInAnyOrder(
            "payload 0",
            "payload 1",
            "payload 2",
            "payload 3",
            "payload 4",
            "payload 5",
            "payload 6",
            "payload 7",
            "payload 8",
            "payload 9");
  }

  @Test
  void onFifoTheKeyIsTheGroupAndTheIdHidesRepeats() {
    String fifo = name + ".fifo";
    OutboxEntry keyed = Entry.of(Entry.message().key("customer-7"));
    OutboxEntry free = Entry.of(Entry.message());
    assertThat(transport.limits("sqs:" + fifo).ordered()).isTrue();
    assertThat(send("sqs:" + fifo, keyed, free)).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(send("sqs:" + fifo, keyed)).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(send("sqs:" + fifo, Entry.of("last"))).hasOnlyElementsOfType(Result.Accepted.class);

    Map<String, String> groups = new LinkedHashMap<>();
    for (var message : receive(fifo, 3)) {
      var attributes = message.attributes();
      groups.put(
          attributes.get(MessageSystemAttributeName.MESSAGE_DEDUPLICATION_ID),
          attributes.get(MessageSystemAttributeName.MESSAGE_GROUP_ID));
    }
    String freeId = free.message().id().toString();
    assertThat(groups)
        .hasSize(3)
        .containsEntry(keyed.message().id().toString(), "customer-7")
        .containsEntry(freeId, freeId);
  }

  @Test
  void onStandardTheKeyIsTheGroupUnlessSwitchedOff() {
    OutboxEntry keyed = Entry.of(Entry.message().key("tenant-1").payload("with"));
    assertThat(send("sqs:" + name, keyed)).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(receive(name, 1).get(0).attributes())
        .containsEntry(MessageSystemAttributeName.MESSAGE_GROUP_ID, "tenant-1")
        .doesNotContainKey(MessageSystemAttributeName.MESSAGE_DEDUPLICATION_ID);
    try (var without = AwsTransport.builder(sqs, sns).groupIdOnStandard(false).build()) {
      assertThat(without.send("sqs:" + name, List.of(keyed)).toCompletableFuture().join())
          .hasOnlyElementsOfType(Result.Accepted.class);
    }
    assertThat(receive(name, 1).get(0).attributes())
        .doesNotContainKey(MessageSystemAttributeName.MESSAGE_GROUP_ID);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 5, 6, 25})
  void headersArriveHoweverManyThereAre(int count) {
    Message.Builder message = Entry.message();
    for (int i = 0; i < count; i++) {
      message.header("h" + i, "value " + i);
    }
    OutboxEntry entry =
        Entry.of(
            message.header(
                "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    assertThat(send("sqs:" + name, entry)).hasOnlyElementsOfType(Result.Accepted.class);
    var received = receive(name, 1).get(0);
    assertThat(received.messageAttributes()).hasSizeLessThanOrEqualTo(8);
    assertThat(WireFormat.headers(texts(received.messageAttributes())).asMap())
        .isEqualTo(entry.message().headers().asMap());
  }

  private static Headers texts(Map<String, MessageAttributeValue> attributes) {
    Map<String, Headers.Value> texts = new LinkedHashMap<>();
    attributes.forEach(
        (name, value) -> texts.put(name, new Headers.Value.Text(value.stringValue())));
    return Headers.of(texts);
  }

  @Test
  void everyKindOfHeaderArrivesAsItsType() {
    OutboxEntry entry =
        Entry.of(
            Entry.message()
                .header("text", "grüße <&> \"'")
                .header("number", new BigDecimal("-12.50"))
                .header("list", List.of("a", "b \"c\""))
                .header("bytes", new byte[] {0, 1, -1}));
    assertThat(send("sqs:" + name, entry)).hasOnlyElementsOfType(Result.Accepted.class);
    Map<String, MessageAttributeValue> sent = SqsSender.attributes(entry);
    Map<String, MessageAttributeValue> received = receive(name, 1).get(0).messageAttributes();
    assertThat(received).containsAllEntriesOf(sent).hasSize(7);
    assertThat(received)
        .containsEntry(WireFormat.ID, attribute("String", entry.message().id().toString()))
        .containsEntry(WireFormat.TIME, attribute("String", "2026-11-24T10:15:30.123456Z"))
        .containsEntry("number", attribute("Number", "-12.50"))
        .containsEntry("list", attribute("String.Array", "[\"a\",\"b \\\"c\\\"\"]"));
  }

  private static MessageAttributeValue attribute(String type, String value) {
    return MessageAttributeValue.builder().dataType(type).stringValue(value).build();
  }

  @Test
  void oneByteMakesTheDifferenceAtTheLimit() {
    int attributes = WireFormat.size(Entry.of("x").message()) - 1;
    String largest = "a".repeat(1_048_576 - attributes);
    assertThat(send("sqs:" + name, Entry.of(largest))).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(receive(name, 1).get(0).body()).hasSize(largest.length());
    assertThat(send("sqs:" + name, Entry.of(largest + "a")))
        .hasOnlyElementsOfType(Result.Unsendable.class);
  }

  @Test
  void aMissingQueueIsUnavailableUntilItIsThere() {
    String later = "later-" + name;
    List<Result> results = send("sqs:" + later, Entry.of("a"), Entry.of("b"));
    assertThat(results).hasSize(2).hasOnlyElementsOfType(Result.Unavailable.class);
    assertThat(((Result.Unavailable) results.get(0)).error()).contains("SQS queue " + later);
    aws.createQueue(later);
    assertThat(send("sqs:" + later, Entry.of("a"))).hasOnlyElementsOfType(Result.Accepted.class);
  }

  @Test
  void aQueueThatIsMadeAnewIsFoundAgain() {
    assertThat(send("sqs:" + name, Entry.of("a"))).hasOnlyElementsOfType(Result.Accepted.class);
    String url = aws.sqs().getQueueUrl(q -> q.queueName(name)).queueUrl();
    aws.sqs().deleteQueue(q -> q.queueUrl(url));
    assertThat(send("sqs:" + name, Entry.of("b"))).hasOnlyElementsOfType(Result.Unavailable.class);
    aws.createQueue(name);
    assertThat(send("sqs:" + name, Entry.of("c"))).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(receive(name, 1).get(0).body()).isEqualTo("c");
  }

  @Test
  void aQueueIsFoundByUrlArnAndRoute() {
    String url = aws.sqs().getQueueUrl(q -> q.queueName(name)).queueUrl();
    String arn = "arn:aws:sqs:us-east-1:000000000000:" + name;
    try (var routed =
        AwsTransport.builder(sqs, sns).route("orders", SqsQueue.named(name)).build()) {
      for (String destination : List.of(url, arn, "orders")) {
        assertThat(routed.send(destination, Entry.batch(destination)).toCompletableFuture().join())
            .hasOnlyElementsOfType(Result.Accepted.class);
      }
    }
    assertThat(receive(name, 3))
        .extracting(software.amazon.awssdk.services.sqs.model.Message::body)
        .containsExactlyInAnyOrder(url, arn, "orders");
  }
}
