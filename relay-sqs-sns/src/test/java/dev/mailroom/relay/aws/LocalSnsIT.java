package dev.mailroom.relay.aws;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport.Limits;
import dev.mailroom.relay.Transport.Result;
import dev.mailroom.testkit.LocalAws;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/** Topics of {@link LocalAws}, seen from a queue with raw delivery. */
class LocalSnsIT {

  private static LocalAws aws;
  private static SqsAsyncClient sqs;
  private static SnsAsyncClient sns;
  private static AwsTransport transport;

  private final String name = "t-" + UUID.randomUUID();

  @BeforeAll
  static void start() {
    aws = LocalAws.start();
    sqs = AwsClients.sqs(aws::configure);
    sns = AwsClients.sns(aws::configure);
    transport = AwsTransport.of(sqs, sns);
  }

  @AfterAll
  static void stop() {
    transport.close();
    sqs.close();
    sns.close();
    aws.close();
  }

  /** Its URL; the queue has the topic's name. */
  private static String topicWithQueue(String name) {
    String url = aws.createQueue(name);
    aws.subscribe(aws.createTopic(name), name, true);
    return url;
  }

  private static List<Result> send(String destination, OutboxEntry... batch) {
    return transport.send(destination, List.of(batch)).toCompletableFuture().join();
  }

  @Test
  void aTopicTakesABatchWithEveryKindOfHeader() {
    String queue = topicWithQueue(name);
    OutboxEntry entry =
        Entry.of(
            Entry.message()
                .key("tenant-1")
                .header("text", "grüße <&> \"'")
                .header("number", 12.5)
                .header("list", List.of("a", "b"))
                .header("bytes", new byte[] {0, 1, -1}));
    assertThat(transport.limits("sns:" + name)).isEqualTo(new Limits(false, 10, 262_144));
    assertThat(send("sns:" + name, entry, Entry.of("second")))
        .hasSize(2)
        .hasOnlyElementsOfType(Result.Accepted.class);
    List<Message> received = aws.drain(queue);
    assertThat(received).extracting(Message::body).containsExactlyInAnyOrder("{}", "second");
    Message first = received.stream().filter(m -> m.body().equals("{}")).findFirst().orElseThrow();
    assertThat(first.messageAttributes())
        .containsExactlyInAnyOrderEntriesOf(SqsSender.attributes(entry));
  }

  @Test
  void headersArriveHoweverManyThereAre() {
    String queue = topicWithQueue(name);
    var message = Entry.message();
    for (int i = 0; i < 25; i++) {
      message.header("h" + i, "value " + i);
    }
    assertThat(send("sns:" + name, Entry.of(message))).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(aws.drain(queue).get(0).messageAttributes())
        .hasSize(WireFormat.MAX_ATTRIBUTES)
        .containsKeys("h0", WireFormat.OVERFLOW);
  }

  @Test
  void aFifoTopicKeepsGroupsAndHidesRepeats() {
    String fifo = name + ".fifo";
    String queue = topicWithQueue(fifo);
    OutboxEntry keyed = Entry.of(Entry.message().key("customer-7"));
    OutboxEntry free = Entry.of(Entry.message());
    assertThat(transport.limits("sns:" + fifo).ordered()).isTrue();
    assertThat(send("sns:" + fifo, keyed, free)).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(send("sns:" + fifo, keyed)).hasOnlyElementsOfType(Result.Accepted.class);
    Map<String, String> groups = new LinkedHashMap<>();
    for (Message message : aws.drain(queue)) {
      groups.merge(
          requireNonNull(message.messageAttributes().get(WireFormat.ID)).stringValue(),
          requireNonNull(message.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID)),
          (once, again) -> "twice");
    }
    String freeId = free.message().id().toString();
    assertThat(groups)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(keyed.message().id().toString(), "customer-7", freeId, freeId));
  }

  @Test
  void aMissingTopicIsUnavailableUntilItIsThere() {
    assertThat(send("sns:" + name, Entry.of("a"), Entry.of("b")))
        .hasSize(2)
        .hasOnlyElementsOfType(Result.Unavailable.class);
    String arn = aws.createTopic(name);
    assertThat(send("sns:" + name, Entry.of("a"))).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(send(arn, Entry.of("a"))).hasOnlyElementsOfType(Result.Accepted.class);
  }

  @Test
  void oneByteMakesTheDifferenceAtTheLimit() {
    String queue = topicWithQueue(name);
    int attributes = WireFormat.size(Entry.of("x").message()) - 1;
    String largest = "a".repeat(262_144 - attributes);
    assertThat(send("sns:" + name, Entry.of(largest))).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(aws.drain(queue)).extracting(Message::body).containsExactly(largest);
    assertThat(send("sns:" + name, Entry.of(largest + "a")))
        .hasOnlyElementsOfType(Result.Unsendable.class);
  }
}
