package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sns.model.InvalidParameterException;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;
import software.amazon.awssdk.services.sns.model.PublishBatchResponse;
import software.amazon.awssdk.services.sns.model.PublishBatchResultEntry;
import software.amazon.awssdk.services.sns.model.PublishResponse;
import software.amazon.awssdk.services.sns.model.Subscription;
import software.amazon.awssdk.services.sns.model.Topic;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

class LocalSnsIT extends LocalAwsTestBase {

  @Test
  void deliversRaw() {
    String queue = aws.createQueue(name());
    String topic = topicTo(queue, true);
    sns.publish(
        r ->
            r.topicArn(topic)
                .message("grüße & <tags> + 100%")
                .messageGroupId("tenant")
                .messageAttributes(
                    Map.of(
                        "s", attribute("String", "ä"),
                        "n", attribute("Number", "1.5"),
                        "list", attribute("String.Array", "[\"a\",\"b\"]"),
                        "b", binary("bytes"))));
    Message message = only(queue);
    assertThat(message.body()).isEqualTo("grüße & <tags> + 100%");
    assertThat(message.attributes())
        .containsEntry(MessageSystemAttributeName.MESSAGE_GROUP_ID, "tenant");
    assertThat(message.messageAttributes().entrySet())
        .extracting(e -> e.getKey() + " " + e.getValue().dataType() + " " + value(e.getValue()))
        .containsExactlyInAnyOrder(
            "s String ä", "n Number 1.5", "list String.Array [\"a\",\"b\"]", "b Binary bytes");
  }

  @Test
  void deliversEnveloped() {
    String queue = aws.createQueue(name());
    String topic = topicTo(queue, false);
    PublishResponse response =
        sns.publish(
            r ->
                r.topicArn(topic)
                    .subject("s")
                    .message("{\"a\":1}")
                    .messageAttributes(Map.of("mailroom-id", attribute("String", "7"))));
    Message message = only(queue);
    JsonNode envelope = Json.parse(message.body());
    assertThat(message.messageAttributes()).isEmpty();
    assertThat(envelope.path("Type").asText()).isEqualTo("Notification");
    assertThat(envelope.path("MessageId").asText()).isEqualTo(response.messageId());
    assertThat(envelope.path("TopicArn").asText()).isEqualTo(topic);
    assertThat(envelope.path("Subject").asText()).isEqualTo("s");
    assertThat(envelope.path("Message").asText()).isEqualTo("{\"a\":1}");
    assertThat(envelope.path("Timestamp").asText()).matches("\\d{4}-.*\\.\\d{3}Z");
    assertThat(envelope.at("/MessageAttributes/mailroom-id/Type").asText()).isEqualTo("String");
    assertThat(envelope.at("/MessageAttributes/mailroom-id/Value").asText()).isEqualTo("7");
    assertThat(envelope.has("Signature") && envelope.has("UnsubscribeURL")).isTrue();
  }

  @Test
  void countsDeliveriesByTheAttributeInTheEnvelope() {
    String queue = aws.createQueue(name());
    String topic = topicTo(queue, false);
    for (int i = 0; i < 2; i++) {
      sns.publish(
          r ->
              r.topicArn(topic)
                  .message("x")
                  .messageAttributes(Map.of("mailroom-id", attribute("String", "7"))));
    }
    sqs.receiveMessage(r -> r.queueUrl(queue).maxNumberOfMessages(10));
    assertThat(aws.deliveries().of(nameOf(queue))).isEqualTo(new Deliveries.Count(2, 1));
  }

  @Test
  void deliversABatchToEveryQueue() {
    String raw = aws.createQueue(name());
    String enveloped = aws.createQueue(name());
    String topic = topicTo(raw, true);
    aws.subscribe(topic, nameOf(enveloped), false);
    PublishBatchResponse response =
        sns.publishBatch(
            r -> r.topicArn(topic).publishBatchRequestEntries(entry("1"), entry("2"), entry("3")));
    assertThat(response.failed()).isEmpty();
    assertThat(response.successful())
        .extracting(PublishBatchResultEntry::id)
        .containsExactly("1", "2", "3");
    assertThat(drain(raw)).containsExactlyInAnyOrder("1", "2", "3");
    assertThat(drain(enveloped)).hasSize(3);
  }

  @Test
  void keepsTheOrderOfEachGroup() {
    String queue = aws.createQueue(fifoName());
    String topic = topicTo(queue, true);
    List<CompletableFuture<?>> inFlight = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      int first = i * 10;
      List<PublishBatchRequestEntry> entries =
          IntStream.range(first, first + 10)
              .mapToObj(n -> fifo(Integer.toString(n), "g" + n % 4))
              .toList();
      // Three at a time: those of one round may overtake each other, those of two rounds not.
      inFlight.add(
          aws.snsAsync().publishBatch(r -> r.topicArn(topic).publishBatchRequestEntries(entries)));
      if (i % 3 == 2) {
        CompletableFuture.allOf(inFlight.toArray(CompletableFuture[]::new)).join();
      }
    }
    List<Message> messages = aws.drain(queue);
    assertThat(messages).hasSize(300);
    Map<String, List<Integer>> byBatchAndGroup =
        messages.stream()
            .collect(
                Collectors.groupingBy(
                    m ->
                        Integer.parseInt(m.body()) / 10
                            + m.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID),
                    Collectors.mapping(m -> Integer.parseInt(m.body()), Collectors.toList())));
    assertThat(byBatchAndGroup.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
    Map<String, List<Integer>> rounds =
        messages.stream()
            .collect(
                Collectors.groupingBy(
                    m ->
                        String.valueOf(
                            m.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID)),
                    Collectors.mapping(m -> Integer.parseInt(m.body()) / 30, Collectors.toList())));
    assertThat(rounds.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
  }

  @Test
  void deduplicatesOnFifo() {
    String queue = aws.createQueue(fifoName());
    String topic = topicTo(queue, true);
    PublishResponse first = publish(topic, "a", "same");
    PublishResponse second = publish(topic, "b", "same");
    assertThat(second.messageId()).isEqualTo(first.messageId());
    assertThat(second.sequenceNumber()).isEqualTo(first.sequenceNumber()).hasSize(20);
    assertThat(publish(topic, "c", "other").sequenceNumber()).isGreaterThan(first.sequenceNumber());
    List<Message> messages = aws.drain(queue);
    assertThat(messages).extracting(Message::body).containsExactly("a", "c");
    assertThat(messages.get(0).attributes())
        .containsEntry(MessageSystemAttributeName.MESSAGE_GROUP_ID, "g")
        .containsEntry(MessageSystemAttributeName.MESSAGE_DEDUPLICATION_ID, "same");
  }

  @Test
  void deduplicatesByContentWhereTheTopicSaysSo() {
    String queue = aws.createQueue(fifoName());
    String topic = topicTo(queue, true);
    assertThatThrownBy(() -> sns.publish(r -> r.topicArn(topic).message("x").messageGroupId("g")))
        .isInstanceOf(InvalidParameterException.class);
    sns.setTopicAttributes(
        r -> r.topicArn(topic).attributeName("ContentBasedDeduplication").attributeValue("true"));
    for (int i = 0; i < 2; i++) {
      sns.publish(r -> r.topicArn(topic).message("x").messageGroupId("g"));
    }
    assertThat(drain(queue)).containsExactly("x");
  }

  @Test
  void aFifoTopicMayFeedAStandardQueueButNotTheOtherWay() {
    String queue = aws.createQueue(name());
    String topic = aws.createTopic(fifoName());
    aws.subscribe(topic, nameOf(queue), true);
    publish(topic, "x", "1");
    assertThat(drain(queue)).containsExactly("x");
    String standard = aws.createTopic(name());
    assertThatThrownBy(() -> aws.subscribe(standard, fifoName(), true))
        .isInstanceOf(InvalidParameterException.class);
  }

  @Test
  void discardsRawDeliveriesWithMoreThanTenAttributes() {
    String raw = aws.createQueue(name());
    String enveloped = aws.createQueue(name());
    String topic = topicTo(raw, true);
    aws.subscribe(topic, nameOf(enveloped), false);
    Map<String, MessageAttributeValue> eleven =
        IntStream.range(0, 11)
            .boxed()
            .collect(Collectors.toMap(i -> "a" + i, i -> attribute("String", "x")));
    sns.publish(r -> r.topicArn(topic).message("x").messageAttributes(eleven));
    assertThat(drain(raw)).isEmpty();
    assertThat(drain(enveloped)).hasSize(1);
  }

  @Test
  void aMissingQueueLosesOnlyItsOwnCopy() {
    String queue = aws.createQueue(name());
    String topic = topicTo(queue, true);
    aws.subscribe(topic, name(), true);
    sns.publish(r -> r.topicArn(topic).message("x"));
    assertThat(drain(queue)).containsExactly("x");
  }

  @Test
  void listsTopicsAndSubscriptionsByPages() {
    for (int i = 0; i < 120; i++) {
      aws.createTopic(name());
    }
    List<String> topics = sns.listTopicsPaginator().topics().stream().map(Topic::topicArn).toList();
    assertThat(topics).hasSizeGreaterThanOrEqualTo(120).doesNotHaveDuplicates();
    assertThat(sns.listTopics().topics()).hasSize(100);
  }

  @Test
  void subscriptionsComeAndGo() {
    String queue = aws.createQueue(name());
    String topic = topicTo(queue, false);
    aws.subscribe(topic, nameOf(queue), false);
    List<Subscription> subscriptions =
        sns.listSubscriptionsByTopic(r -> r.topicArn(topic)).subscriptions();
    assertThat(subscriptions).hasSize(1);
    String arn = subscriptions.get(0).subscriptionArn();
    sns.setSubscriptionAttributes(
        r -> r.subscriptionArn(arn).attributeName("RawMessageDelivery").attributeValue("true"));
    sns.publish(r -> r.topicArn(topic).message("raw"));
    assertThat(drain(queue)).containsExactly("raw");
    assertThatThrownBy(
            () ->
                sns.setSubscriptionAttributes(
                    r -> r.subscriptionArn(arn).attributeName("FilterPolicy").attributeValue("{}")))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("FilterPolicy");
    sns.unsubscribe(r -> r.subscriptionArn(arn));
    sns.publish(r -> r.topicArn(topic).message("x"));
    assertThat(drain(queue)).isEmpty();
  }

  private static String topicTo(String queue, boolean raw) {
    String topic = aws.createTopic(queue.endsWith(".fifo") ? fifoName() : name());
    aws.subscribe(topic, nameOf(queue), raw);
    return topic;
  }

  private static String value(
      software.amazon.awssdk.services.sqs.model.MessageAttributeValue attribute) {
    return attribute.dataType().equals("Binary")
        ? attribute.binaryValue().asUtf8String()
        : attribute.stringValue();
  }

  private static Message only(String queue) {
    List<Message> messages = aws.drain(queue);
    assertThat(messages).hasSize(1);
    return messages.get(0);
  }

  private static PublishResponse publish(String topic, String body, String deduplicationId) {
    return sns.publish(
        r ->
            r.topicArn(topic)
                .message(body)
                .messageGroupId("g")
                .messageDeduplicationId(deduplicationId));
  }

  private static PublishBatchRequestEntry entry(String id) {
    return PublishBatchRequestEntry.builder().id(id).message(id).build();
  }

  private static PublishBatchRequestEntry fifo(String id, String group) {
    return entry(id).copy(e -> e.messageGroupId(group).messageDeduplicationId(id));
  }

  private static MessageAttributeValue attribute(String type, String value) {
    return MessageAttributeValue.builder().dataType(type).stringValue(value).build();
  }

  private static MessageAttributeValue binary(String value) {
    return MessageAttributeValue.builder()
        .dataType("Binary")
        .binaryValue(SdkBytes.fromUtf8String(value))
        .build();
  }
}
