package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.BatchRequestTooLongException;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.InvalidMessageContentsException;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;
import software.amazon.awssdk.services.sqs.model.TooManyEntriesInBatchRequestException;

class LocalSqsIT extends LocalAwsTestBase {

  private static final String BAD = "bad \u0001 character";

  @Test
  void queueUrlsLeadThroughTheEndpoint() {
    String queue = aws.createQueue(name());
    assertThat(queue).startsWith(aws.endpoint().toString());
    assertThat(aws.sqsAsync().getQueueUrl(r -> r.queueName(nameOf(queue))).join().queueUrl())
        .isEqualTo(queue);
    assertThat(sqs.listQueues().queueUrls()).contains(queue);
  }

  @Test
  void carriesBodyAndAttributes() {
    String queue = aws.createQueue(name());
    sqs.sendMessage(
        r ->
            r.queueUrl(queue)
                .messageBody("grüße")
                .messageGroupId("tenant")
                .messageAttributes(Map.of("text", string("a"), "bytes", binary(1, 2))));
    Message message = receive(queue, "All").get(0);
    assertThat(message.body()).isEqualTo("grüße");
    assertThat(message.attributes())
        .containsEntry(MessageSystemAttributeName.MESSAGE_GROUP_ID, "tenant");
    assertThat(message.messageAttributes())
        .isEqualTo(Map.of("text", string("a"), "bytes", binary(1, 2)));
  }

  @Test
  void receivesOnlyTheAttributesAskedFor() {
    String queue = aws.createQueue(name(), Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "0"));
    sqs.sendMessage(
        r ->
            r.queueUrl(queue)
                .messageBody("x")
                .messageAttributes(Map.of("a", string("1"), "ab", string("2"), "c", binary(3))));
    assertThat(receive(queue).get(0).messageAttributes()).isEmpty();
    assertThat(receive(queue, "a").get(0).messageAttributes()).containsOnlyKeys("a");
    // The SDK checks the digest of what it gets.
    assertThat(receive(queue, "a.*", "c").get(0).messageAttributes())
        .containsOnlyKeys("a", "ab", "c");
    assertThat(receive(queue, "ab", "c").get(0).messageAttributes()).containsOnlyKeys("ab", "c");
  }

  @Test
  void keepsTheOrderOfAGroupInABatchAndBetween() {
    String queue = aws.createQueue(fifoName());
    for (int batch = 0; batch < 20; batch++) {
      int first = batch * 10;
      sqs.sendMessageBatch(
          r ->
              r.queueUrl(queue)
                  .entries(
                      IntStream.range(first, first + 10)
                          .mapToObj(i -> entry("id" + i, Integer.toString(i), "g" + i % 3))
                          .toList()));
    }
    List<Message> messages = aws.drain(queue);
    assertThat(messages).hasSize(200);
    for (int group = 0; group < 3; group++) {
      String name = "g" + group;
      assertThat(
              messages.stream()
                  .filter(
                      m ->
                          name.equals(
                              m.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID)))
                  .map(m -> Integer.parseInt(m.body())))
          .isSorted();
    }
  }

  @Test
  void deduplicatesOnFifo() {
    String queue = aws.createQueue(fifoName());
    sqs.sendMessageBatch(r -> r.queueUrl(queue).entries(entry("same", "first", "g")));
    SendMessageBatchResponse again =
        sqs.sendMessageBatch(r -> r.queueUrl(queue).entries(entry("same", "second", "g")));
    assertThat(again.successful()).hasSize(1);
    assertThat(drain(queue)).containsExactly("first");
  }

  @Test
  void aWaitingPollOfAFifoQueueGetsTheGroupWhenItsHeadIsDeleted() {
    String queue = aws.createQueue(fifoName());
    sqs.sendMessageBatch(
        r -> r.queueUrl(queue).entries(entry("1", "head", "g"), entry("2", "next", "g")));
    Message head =
        sqs.receiveMessage(r -> r.queueUrl(queue).maxNumberOfMessages(1)).messages().get(0);
    var waiting = aws.sqsAsync().receiveMessage(r -> r.queueUrl(queue).waitTimeSeconds(20));
    assertThat(sqs.receiveMessage(r -> r.queueUrl(queue)).messages()).isEmpty();
    sqs.deleteMessage(r -> r.queueUrl(queue).receiptHandle(head.receiptHandle()));
    assertThat(waiting.join().messages()).extracting(Message::body).containsExactly("next");
  }

  @Test
  void aWaitingPollGetsWhatIsSentMeanwhile() {
    for (String queue : List.of(aws.createQueue(name()), aws.createQueue(fifoName()))) {
      var waiting = aws.sqsAsync().receiveMessage(r -> r.queueUrl(queue).waitTimeSeconds(20));
      boolean fifo = queue.endsWith(".fifo");
      sqs.sendMessageBatch(
          r -> r.queueUrl(queue).entries(fifo ? entry("1", "x", "g") : entry("1", "x")));
      assertThat(waiting.join().messages()).hasSize(1);
    }
  }

  @Test
  void unknownQueue() {
    assertThatThrownBy(
            () -> sqs.sendMessage(r -> r.queueUrl(aws.endpoint() + "/0/none").messageBody("x")))
        .isInstanceOf(QueueDoesNotExistException.class)
        .satisfies(e -> assertThat(code(e)).isEqualTo("AWS.SimpleQueueService.NonExistentQueue"));
    assertThatThrownBy(() -> sqs.getQueueUrl(r -> r.queueName("none")))
        .isInstanceOf(QueueDoesNotExistException.class);
  }

  @Test
  void refusesBadCharacters() {
    String queue = aws.createQueue(name());
    assertThatThrownBy(() -> sqs.sendMessage(r -> r.queueUrl(queue).messageBody(BAD)))
        .isInstanceOf(InvalidMessageContentsException.class);
    SendMessageBatchResponse response =
        sqs.sendMessageBatch(
            r -> r.queueUrl(queue).entries(entry("good", "fine"), entry("bad", BAD)));
    assertThat(response.successful())
        .extracting(SendMessageBatchResultEntry::id)
        .containsExactly("good");
    assertThat(response.failed())
        .containsExactly(failure("bad", "InvalidMessageContents", response));
    assertThat(drain(queue)).containsExactly("fine");
  }

  private static BatchResultErrorEntry failure(
      String id, String code, SendMessageBatchResponse response) {
    String message = response.failed().get(0).message();
    return BatchResultErrorEntry.builder()
        .id(id)
        .code(code)
        .senderFault(true)
        .message(message)
        .build();
  }

  @Test
  void refusesBadAttributesEntryByEntry() {
    String queue = aws.createQueue(name());
    SendMessageBatchResponse response =
        sqs.sendMessageBatch(
            r ->
                r.queueUrl(queue)
                    .entries(
                        entry("fine", "x"),
                        with("empty", text("a", "")),
                        with("name", text("AWS.a", "x")),
                        with("type", Map.of("a", string("x").copy(v -> v.dataType("Text")))),
                        with("number", Map.of("a", string("x").copy(v -> v.dataType("Number")))),
                        with("eleven", eleven())));
    assertThat(response.successful())
        .extracting(SendMessageBatchResultEntry::id)
        .containsExactly("fine");
    assertThat(response.failed())
        .extracting(BatchResultErrorEntry::id)
        .containsExactlyInAnyOrder("empty", "name", "type", "number", "eleven");
    assertThat(response.failed())
        .allMatch(f -> f.senderFault() && f.code().equals("InvalidParameterValue"));
  }

  @Test
  void limitsTheSizeOfMessagesAndBatches() {
    String queue = aws.createQueue(name());
    String half = "x".repeat(1 << 19);
    SendMessageBatchResponse fits =
        sqs.sendMessageBatch(r -> r.queueUrl(queue).entries(entry("1", half), entry("2", half)));
    assertThat(fits.successful()).hasSize(2);
    assertThatThrownBy(
            () ->
                sqs.sendMessageBatch(
                    r -> r.queueUrl(queue).entries(entry("1", half), entry("2", half + "x"))))
        .isInstanceOf(BatchRequestTooLongException.class)
        .satisfies(
            e -> assertThat(code(e)).isEqualTo("AWS.SimpleQueueService.BatchRequestTooLong"));
    assertThatThrownBy(() -> sqs.sendMessage(r -> r.queueUrl(queue).messageBody(half + half + "x")))
        .satisfies(e -> assertThat(code(e)).isEqualTo("InvalidParameterValue"));
  }

  @Test
  void knowsTheAttributesThatElasticMqDoesNot() {
    String queue = aws.createQueue(name(), Map.of(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, "1024"));
    assertThat(attributes(queue, QueueAttributeName.ALL))
        .containsEntry(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, "1024")
        .containsEntry(QueueAttributeName.MESSAGE_RETENTION_PERIOD, "345600")
        .containsEntry(QueueAttributeName.VISIBILITY_TIMEOUT, "30");
    SendMessageBatchResponse response =
        sqs.sendMessageBatch(r -> r.queueUrl(queue).entries(entry("long", "x".repeat(1025))));
    assertThat(response.failed())
        .containsExactly(failure("long", "InvalidParameterValue", response));
    sqs.setQueueAttributes(
        r -> r.queueUrl(queue).attributes(Map.of(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, "2048")));
    assertThat(attributes(queue, QueueAttributeName.MAXIMUM_MESSAGE_SIZE))
        .isEqualTo(Map.of(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, "2048"));
    sqs.sendMessage(r -> r.queueUrl(queue).messageBody("x".repeat(1025)));
  }

  @Test
  void refusesWrongBatches() {
    String queue = aws.createQueue(name());
    List<SendMessageBatchRequestEntry> eleven =
        IntStream.range(0, 11).mapToObj(i -> entry("id" + i, "x")).toList();
    assertThatThrownBy(() -> sqs.sendMessageBatch(r -> r.queueUrl(queue).entries(eleven)))
        .isInstanceOf(TooManyEntriesInBatchRequestException.class);
    assertThatThrownBy(
            () ->
                sqs.sendMessageBatch(
                    r -> r.queueUrl(queue).entries(entry("a", "x"), entry("a", "x"))))
        .satisfies(
            e -> assertThat(code(e)).isEqualTo("AWS.SimpleQueueService.BatchEntryIdsNotDistinct"));
    assertThatThrownBy(() -> sqs.sendMessageBatch(r -> r.queueUrl(queue).entries(List.of())))
        .satisfies(e -> assertThat(code(e)).isEqualTo("AWS.SimpleQueueService.EmptyBatchRequest"));
  }

  @Test
  void deletingTwiceIsNoError() {
    for (String queue : List.of(aws.createQueue(name()), aws.createQueue(fifoName()))) {
      boolean fifo = queue.endsWith(".fifo");
      sqs.sendMessageBatch(
          r -> r.queueUrl(queue).entries(fifo ? entry("1", "x", "g") : entry("1", "x")));
      String handle = receive(queue).get(0).receiptHandle();
      sqs.deleteMessage(r -> r.queueUrl(queue).receiptHandle(handle));
      sqs.deleteMessage(r -> r.queueUrl(queue).receiptHandle(handle));
      assertThat(
              sqs.deleteMessageBatch(r -> r.queueUrl(queue).entries(deletion("1", handle)))
                  .successful())
          .hasSize(1);
    }
  }

  @Test
  void anOldReceiptDeletesNothing() {
    String standard = aws.createQueue(name());
    String fifo = aws.createQueue(fifoName());
    for (String queue : List.of(standard, fifo)) {
      sqs.sendMessageBatch(
          r ->
              r.queueUrl(queue)
                  .entries(queue.equals(fifo) ? entry("1", "x", "g") : entry("1", "x")));
      String old = receive(queue).get(0).receiptHandle();
      sqs.changeMessageVisibility(r -> r.queueUrl(queue).receiptHandle(old).visibilityTimeout(0));
      Message again = receive(queue).get(0);
      if (queue.equals(fifo)) {
        assertThatThrownBy(() -> sqs.deleteMessage(r -> r.queueUrl(queue).receiptHandle(old)))
            .asInstanceOf(InstanceOfAssertFactories.type(AwsServiceException.class))
            .extracting(AwsServiceException::statusCode)
            .isEqualTo(400);
      } else {
        sqs.deleteMessage(r -> r.queueUrl(queue).receiptHandle(old));
      }
      sqs.changeMessageVisibility(
          r -> r.queueUrl(queue).receiptHandle(again.receiptHandle()).visibilityTimeout(0));
      assertThat(drain(queue)).hasSize(1);
    }
  }

  @Test
  void movesPoisonToTheDeadLetterQueue() {
    String dead = aws.createQueue(name());
    String policy =
        "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":\"1\"}"
            .formatted(aws.queueArn(nameOf(dead)));
    String queue =
        aws.createQueue(
            name(),
            Map.of(
                QueueAttributeName.REDRIVE_POLICY,
                policy,
                QueueAttributeName.VISIBILITY_TIMEOUT,
                "0"));
    sqs.sendMessage(r -> r.queueUrl(queue).messageBody("poison"));
    assertThat(receive(queue)).hasSize(1);
    assertThat(receive(queue)).isEmpty();
    assertThat(drain(dead)).containsExactly("poison");
  }

  @Test
  void countsWhatIsDelivered() {
    String queue = aws.createQueue(name(), Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "0"));
    sqs.sendMessage(
        r -> r.queueUrl(queue).messageBody("a").messageAttributes(text("mailroom-id", "1")));
    sqs.sendMessage(
        r -> r.queueUrl(queue).messageBody("b").messageAttributes(text("mailroom-id", "1")));
    assertThat(sqs.receiveMessage(r -> r.queueUrl(queue).maxNumberOfMessages(10)).messages())
        .hasSize(2)
        .allMatch(message -> message.messageAttributes().isEmpty());
    assertThat(aws.deliveries().of(nameOf(queue))).isEqualTo(new Deliveries.Count(2, 1));
    assertThat(receive(queue)).isNotEmpty();
    assertThat(aws.deliveries().total().repeats()).isGreaterThan(1);
    drain(queue);
    assertThat(aws.deliveries().byQueue()).containsOnlyKeys(nameOf(queue));
  }

  private static List<Message> receive(String queue, String... attributes) {
    return sqs.receiveMessage(
            r ->
                r.queueUrl(queue)
                    .messageAttributeNames(attributes)
                    .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
        .messages();
  }

  private static Map<QueueAttributeName, String> attributes(
      String queue, QueueAttributeName... names) {
    return sqs.getQueueAttributes(r -> r.queueUrl(queue).attributeNames(names)).attributes();
  }

  private static MessageAttributeValue string(String value) {
    return MessageAttributeValue.builder().dataType("String").stringValue(value).build();
  }

  private static MessageAttributeValue binary(int... bytes) {
    byte[] value = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      value[i] = (byte) bytes[i];
    }
    return MessageAttributeValue.builder()
        .dataType("Binary")
        .binaryValue(SdkBytes.fromByteArray(value))
        .build();
  }

  private static SendMessageBatchRequestEntry with(
      String id, Map<String, MessageAttributeValue> attributes) {
    return entry(id, "x").copy(e -> e.messageAttributes(attributes));
  }

  private static Map<String, MessageAttributeValue> eleven() {
    return IntStream.range(0, 11).boxed().collect(Collectors.toMap(i -> "a" + i, i -> string("x")));
  }

  private static DeleteMessageBatchRequestEntry deletion(String id, String handle) {
    return DeleteMessageBatchRequestEntry.builder().id(id).receiptHandle(handle).build();
  }

  private static String code(Throwable error) {
    return ((AwsServiceException) error).awsErrorDetails().errorCode();
  }
}
