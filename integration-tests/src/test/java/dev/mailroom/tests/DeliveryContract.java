package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.Message;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Publish, relay, receive: what every broker must bring through, whole and once. */
abstract class DeliveryContract {

  /** The ways from an outbox to a queue. */
  enum Way {
    QUEUE,
    FIFO_QUEUE,
    TOPIC_RAW,
    TOPIC_ENVELOPED,
    FIFO_TOPIC
  }

  private static final Duration LONG = Duration.ofSeconds(60);

  private Station station;

  abstract SqsAsyncClient sqs();

  abstract SnsAsyncClient sns();

  /** Whether its queues take characters from U+10000 on, as SQS does. */
  boolean takesSupplementaryCharacters() {
    return true;
  }

  @BeforeEach
  void open() {
    station = new Station(sqs(), sns());
  }

  @AfterEach
  void close() throws Exception {
    station.close();
  }

  /** Makes the way and returns its destination; the queue at its end is consumed. */
  private String open(Way way) {
    String name = "d" + UUID.randomUUID();
    boolean fifo = way == Way.FIFO_QUEUE || way == Way.FIFO_TOPIC;
    String queue = fifo ? name + ".fifo" : name;
    String url =
        sqs()
            .createQueue(
                request ->
                    request
                        .queueName(queue)
                        .attributes(
                            fifo ? Map.of(QueueAttributeName.FIFO_QUEUE, "true") : Map.of()))
            .join()
            .queueUrl();
    station.consume(queue);
    if (way == Way.QUEUE || way == Way.FIFO_QUEUE) {
      return "sqs:" + queue;
    }
    subscribe(queue, url, fifo, way != Way.TOPIC_ENVELOPED);
    return "sns:" + queue;
  }

  private void subscribe(String topic, String queueUrl, boolean fifo, boolean raw) {
    String queueArn =
        sqs()
            .getQueueAttributes(
                request -> request.queueUrl(queueUrl).attributeNames(QueueAttributeName.QUEUE_ARN))
            .join()
            .attributes()
            .get(QueueAttributeName.QUEUE_ARN);
    String topicArn =
        sns()
            .createTopic(
                request ->
                    request.name(topic).attributes(fifo ? Map.of("FifoTopic", "true") : Map.of()))
            .join()
            .topicArn();
    sns()
        .subscribe(
            request ->
                request
                    .topicArn(topicArn)
                    .protocol("sqs")
                    .endpoint(queueArn)
                    .attributes(Map.of("RawMessageDelivery", Boolean.toString(raw))))
        .join();
  }

  private ReceivedMessage arrived(Message message) throws Exception {
    station.publish(message);
    await().atMost(LONG).until(() -> !station.received.isEmpty());
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(station.count("SELECT count(*) FROM outbox_message")).isZero());
    assertThat(station.received).hasSize(1);
    assertThat(station.column("SELECT message_id FROM inbox_message"))
        .containsExactly(message.id().toString());
    ReceivedMessage received = station.received.get(0);
    assertThat(received.id()).isEqualTo(message.id().toString());
    assertThat(received.type()).contains(message.type());
    assertThat(received.payload()).isEqualTo(message.payload());
    assertThat(received.headers().asMap()).isEqualTo(message.headers().asMap());
    assertThat(received.createdAt()).isPresent();
    return received;
  }

  @ParameterizedTest
  @EnumSource
  void aMessageArrivesWholeAndOnce(Way way) throws Exception {
    String destination = open(way);
    station.relay();
    ReceivedMessage received =
        arrived(
            Message.to(destination)
                .type("OrderPlaced")
                .key("order-1")
                .header("text", "a \"b\" ü")
                .header("number", 42)
                .header("list", List.of("x", "y"))
                .payload("{\"order\": 1}")
                .build());
    if (way == Way.FIFO_QUEUE || way == Way.FIFO_TOPIC) {
      assertThat(received.key()).contains("order-1");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"QUEUE", "TOPIC_RAW", "TOPIC_ENVELOPED"})
  void twentyFiveHeadersOfEveryKindArrive(Way way) throws Exception {
    String destination = open(way);
    station.relay();
    Message.Builder message = Message.to(destination).type("Many").payload("p");
    for (int i = 0; i < 7; i++) {
      message.header("text-" + i, "value " + i);
      message.header("number-" + i, i * 1.5);
      message.header("list-" + i, List.of("a" + i, "b" + i));
    }
    for (int i = 0; i < 4; i++) {
      message.header("bytes-" + i, new byte[] {0, (byte) i, -1});
    }
    arrived(message.build());
  }

  @ParameterizedTest
  @EnumSource(names = {"QUEUE", "TOPIC_ENVELOPED"})
  void sixHeadersArrive(Way way) throws Exception {
    String destination = open(way);
    station.relay();
    Message.Builder message = Message.to(destination).type("Six").payload("p");
    for (int i = 0; i < 6; i++) {
      message.header("header-" + i, "value " + i);
    }
    arrived(message.build());
  }

  @ParameterizedTest
  @EnumSource(names = {"QUEUE", "TOPIC_ENVELOPED"})
  void everyAllowedCharacterArrives(Way way) throws Exception {
    String destination = open(way);
    station.relay();
    arrived(Message.to(destination).type("Text").payload(everyCharacter()).build());
  }

  /**
   * The bounds of all ranges, each character of the first plane's start, and a sample of the rest.
   */
  private String everyCharacter() {
    StringBuilder text = new StringBuilder("\t\n\r");
    for (int c = 0x20; c <= 0x7FF; c++) {
      text.appendCodePoint(c);
    }
    text.append("\uD7FF\uE000\uFFFD");
    long seed = System.nanoTime();
    System.out.println("characters by seed " + seed);
    Random random = new Random(seed);
    random.ints(5_000, 0x800, 0xD800).forEach(text::appendCodePoint);
    if (takesSupplementaryCharacters()) {
      text.appendCodePoint(0x10000).appendCodePoint(0x1F600).appendCodePoint(0x10FFFF);
      random.ints(5_000, 0x10000, 0x110000).forEach(text::appendCodePoint);
    }
    return text.toString();
  }

  @Test
  void theKeysOfAFifoQueueKeepTheirOrder() throws Exception {
    String destination = open(Way.FIFO_QUEUE);
    station.relay();
    for (int i = 0; i < 20; i++) {
      station.publish(
          Message.to(destination).type("T").key("a").payload("a" + i).build(),
          Message.to(destination).type("T").key("b").payload("b" + i).build());
    }
    await().atMost(LONG).until(() -> station.received.size() >= 40);
    for (String key : List.of("a", "b")) {
      assertThat(station.received)
          .extracting(ReceivedMessage::payload)
          .filteredOn(payload -> payload.startsWith(key))
          .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(i -> key + i).toList());
    }
  }
}
