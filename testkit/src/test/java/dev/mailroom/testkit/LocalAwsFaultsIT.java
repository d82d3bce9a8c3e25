package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;
import software.amazon.awssdk.services.sns.model.PublishBatchResponse;
import software.amazon.awssdk.services.sns.model.ThrottledException;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.RequestThrottledException;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

class LocalAwsFaultsIT extends LocalAwsTestBase {

  private static final FaultPlan NONE = FaultPlan.NONE;

  @Test
  void throttlesBeforeAcceptance() {
    String queue = aws.createQueue(name());
    aws.faults().on(nameOf(queue), NONE.withThrottle(1));
    long before = aws.faults().counts().throttled();
    assertThatThrownBy(() -> sqs.sendMessage(r -> r.queueUrl(queue).messageBody("x")))
        .isInstanceOf(RequestThrottledException.class)
        .satisfies(e -> assertThat(((AwsServiceException) e).isThrottlingException()).isTrue());
    assertThatThrownBy(() -> sqs.receiveMessage(r -> r.queueUrl(queue)))
        .isInstanceOf(RequestThrottledException.class);
    assertThat(aws.faults().counts().throttled()).isEqualTo(before + 2);
    assertThat(drain(queue)).isEmpty();

    String topic = topicTo(queue);
    aws.faults().on(nameOf(topic), NONE.withThrottle(1));
    assertThatThrownBy(() -> sns.publish(r -> r.topicArn(topic).message("x")))
        .isInstanceOf(ThrottledException.class)
        .satisfies(e -> assertThat(((AwsServiceException) e).statusCode()).isEqualTo(429));
    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void theSdkRetriesThrottlingByItself() {
    String queue = aws.createQueue(name());
    aws.faults().seed(1);
    aws.faults().on(nameOf(queue), NONE.withThrottle(0.4));
    for (int i = 0; i < 5; i++) {
      aws.sqs().sendMessage(r -> r.queueUrl(queue).messageBody("x"));
    }
    assertThat(drain(queue)).hasSize(5);
  }

  @Test
  void aForgetfulQueueDeliversRepeats() {
    String queue = aws.createQueue(fifoName());
    for (String body : List.of("once", "once")) {
      sqs.sendMessage(
          r -> r.queueUrl(queue).messageBody(body).messageGroupId("g").messageDeduplicationId("d"));
    }
    assertThat(drain(queue)).containsExactly("once");

    String forgetful = aws.createQueue(fifoName());
    aws.faults().forgetful(nameOf(forgetful));
    SendMessageBatchRequestEntry entry =
        entry("1", "x", "g").toBuilder().messageDeduplicationId("d").build();
    for (int i = 0; i < 2; i++) {
      sqs.sendMessageBatch(r -> r.queueUrl(forgetful).entries(entry));
    }
    assertThat(drain(forgetful)).containsExactly("x", "x");
  }

  @Test
  void failsBeforeAcceptance() {
    String queue = aws.createQueue(name());
    String topic = topicTo(queue);
    aws.faults().all(NONE.withServerError(1));
    assertThat(status(() -> sqs.sendMessage(r -> r.queueUrl(queue).messageBody("x"))))
        .isEqualTo(500);
    assertThat(status(() -> sns.publish(r -> r.topicArn(topic).message("x")))).isEqualTo(500);
    assertThat(status(() -> sqs.receiveMessage(r -> r.queueUrl(queue)))).isEqualTo(500);
    assertThat(drain(queue)).isEmpty();
    assertThat(aws.createQueue(name())).isNotEmpty();
  }

  @Test
  void losesTheResponseAfterAcceptance() {
    String queue = aws.createQueue(name());
    String topic = topicTo(queue);
    aws.faults().all(NONE.withLostResponse(1));
    assertThatThrownBy(() -> sqs.sendMessage(r -> r.queueUrl(queue).messageBody("a")))
        .isInstanceOf(SdkClientException.class);
    assertThatThrownBy(() -> sqs.sendMessageBatch(r -> r.queueUrl(queue).entries(entry("b", "b"))))
        .isInstanceOf(SdkClientException.class);
    assertThatThrownBy(() -> sns.publish(r -> r.topicArn(topic).message("c")))
        .isInstanceOf(SdkClientException.class);
    assertThatThrownBy(() -> aws.snsAsync().publish(r -> r.topicArn(topic).message("d")).join())
        .hasCauseInstanceOf(SdkClientException.class);
    // The asynchronous client has tried again, and each try was carried out.
    assertThat(drain(queue)).contains("a", "b", "c", "d");
  }

  @Test
  void losesTheResponseOfReceiveAndDelete() {
    String queue = aws.createQueue(name());
    sqs.sendMessage(r -> r.queueUrl(queue).messageBody("x"));
    aws.faults().on(nameOf(queue), NONE.withLostResponse(1));
    assertThatThrownBy(() -> sqs.receiveMessage(r -> r.queueUrl(queue).visibilityTimeout(1)))
        .isInstanceOf(SdkClientException.class);
    assertThat(aws.deliveries().of(nameOf(queue)).received()).isZero();
    aws.faults().clear();
    List<Message> later = sqs.receiveMessage(r -> r.queueUrl(queue).waitTimeSeconds(20)).messages();
    assertThat(later).hasSize(1);
    String handle = later.get(0).receiptHandle();
    aws.faults().on(nameOf(queue), NONE.withLostResponse(1));
    assertThatThrownBy(() -> sqs.deleteMessage(r -> r.queueUrl(queue).receiptHandle(handle)))
        .isInstanceOf(SdkClientException.class);
    aws.faults().clear();
    // It has been deleted, and to say so again is no error.
    sqs.deleteMessage(r -> r.queueUrl(queue).receiptHandle(handle));
    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void failsEntriesOfABatchAndSaysSo() {
    String queue = aws.createQueue(name());
    aws.faults().seed(7);
    aws.faults().on(nameOf(queue), NONE.withPartialFailure(0.5));
    List<String> accepted = new ArrayList<>();
    List<BatchResultErrorEntry> failed = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      SendMessageBatchResponse response = sendTen(queue, i * 10);
      assertThat(response.successful().size() + response.failed().size()).isEqualTo(10);
      response.successful().forEach(entry -> accepted.add(entry.id()));
      failed.addAll(response.failed());
    }
    assertThat(failed)
        .hasSizeBetween(20, 80)
        .allMatch(entry -> entry.code().equals("InternalError") && !entry.senderFault());
    assertThat(drain(queue)).containsExactlyInAnyOrderElementsOf(accepted);
    assertThat(aws.faults().counts().partialFailures()).isGreaterThanOrEqualTo(failed.size());
  }

  @Test
  void failsEveryEntryWhenAllAreChosen() {
    String queue = aws.createQueue(name());
    String topic = topicTo(queue);
    aws.faults().all(NONE.withPartialFailure(1));
    assertThat(sendTen(queue, 0).failed()).hasSize(10);
    PublishBatchResponse response =
        sns.publishBatch(r -> r.topicArn(topic).publishBatchRequestEntries(published("1")));
    assertThat(response.successful()).isEmpty();
    assertThat(response.failed()).allMatch(entry -> entry.code().equals("InternalError"));
    assertThat(drain(queue)).isEmpty();
  }

  @Test
  void failsEntriesOfADeleteBatch() {
    String queue = aws.createQueue(name());
    sqs.sendMessage(r -> r.queueUrl(queue).messageBody("x"));
    String handle = sqs.receiveMessage(r -> r.queueUrl(queue)).messages().get(0).receiptHandle();
    aws.faults().on(nameOf(queue), NONE.withPartialFailure(1));
    assertThat(delete(queue, handle).failed()).hasSize(1);
    aws.faults().clear();
    sqs.changeMessageVisibility(r -> r.queueUrl(queue).receiptHandle(handle).visibilityTimeout(0));
    assertThat(drain(queue)).containsExactly("x");
  }

  private static DeleteMessageBatchResponse delete(String queue, String handle) {
    return sqs.deleteMessageBatch(r -> r.queueUrl(queue).entries(List.of(deletion(handle))));
  }

  private static DeleteMessageBatchRequestEntry deletion(String handle) {
    return DeleteMessageBatchRequestEntry.builder().id("1").receiptHandle(handle).build();
  }

  @Test
  void duplicatesOnStandardQueues() {
    String queue = aws.createQueue(name());
    aws.faults().on(nameOf(queue), NONE.withDuplicate(1));
    sqs.sendMessage(r -> r.queueUrl(queue).messageBody("single"));
    SendMessageBatchResponse response = sendTen(queue, 0);
    assertThat(response.successful()).hasSize(10);
    List<String> bodies = drain(queue);
    assertThat(bodies).hasSize(22);
    assertThat(bodies.stream().distinct()).hasSize(11);
  }

  @Test
  void duplicatesOnFifoQueuesRightAfterTheOriginal() {
    String queue = aws.createQueue(fifoName());
    aws.faults().on(nameOf(queue), NONE.withDuplicate(1));
    SendMessageBatchResponse response =
        sqs.sendMessageBatch(
            r -> r.queueUrl(queue).entries(entry("1", "1", "g"), entry("2", "2", "g")));
    assertThat(response.successful()).hasSize(2);
    sqs.sendMessage(
        r -> r.queueUrl(queue).messageBody("3").messageGroupId("g").messageDeduplicationId("3"));
    assertThat(drain(queue)).containsExactly("1", "1", "2", "2", "3", "3");
  }

  @Test
  void duplicatesOnTopics() {
    String queue = aws.createQueue(fifoName());
    String topic = aws.createTopic(fifoName());
    aws.subscribe(topic, nameOf(queue), true);
    aws.faults().on(nameOf(topic), NONE.withDuplicate(1));
    sns.publishBatch(
        r ->
            r.topicArn(topic)
                .publishBatchRequestEntries(
                    published("1").copy(e -> e.messageGroupId("g").messageDeduplicationId("1")),
                    published("2").copy(e -> e.messageGroupId("g").messageDeduplicationId("2"))));
    assertThat(drain(queue)).containsExactly("1", "1", "2", "2");
    assertThat(aws.faults().counts().duplicates()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void addsLatency() {
    String queue = aws.createQueue(name());
    aws.faults().on(nameOf(queue), NONE.withLatency(Duration.ofMillis(300)));
    long start = System.nanoTime();
    sqs.sendMessage(r -> r.queueUrl(queue).messageBody("x"));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(299));
    assertThat(drain(queue)).containsExactly("x");
  }

  @Test
  void downMeansDownUntilUp() {
    String queue = aws.createQueue(name());
    String other = aws.createQueue(name());
    String topic = topicTo(queue);
    aws.faults().down(nameOf(queue));
    aws.faults().down(nameOf(topic));
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> sqs.sendMessage(r -> r.queueUrl(queue).messageBody("x")))
          .isInstanceOf(SdkException.class);
      assertThatThrownBy(() -> sqs.getQueueUrl(r -> r.queueName(nameOf(queue))))
          .isInstanceOf(SdkException.class);
      assertThatThrownBy(() -> sns.getTopicAttributes(r -> r.topicArn(topic)))
          .isInstanceOf(SdkException.class);
    }
    sqs.sendMessage(r -> r.queueUrl(other).messageBody("x"));
    aws.faults().up(nameOf(queue));
    sqs.sendMessage(r -> r.queueUrl(queue).messageBody("x"));
    assertThat(drain(queue)).containsExactly("x");
  }

  @Test
  void theSameSeedMeetsTheSameFaults() {
    String queue = aws.createQueue(name());
    aws.faults().on(nameOf(queue), NONE.withPartialFailure(0.5));
    List<List<String>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      aws.faults().seed(42);
      runs.add(sendTen(queue, 0).failed().stream().map(BatchResultErrorEntry::id).toList());
    }
    assertThat(runs.get(0)).isNotEmpty().isEqualTo(runs.get(1));
  }

  private static String topicTo(String queue) {
    String topic = aws.createTopic(name());
    aws.subscribe(topic, nameOf(queue), true);
    return topic;
  }

  private static SendMessageBatchResponse sendTen(String queue, int first) {
    List<SendMessageBatchRequestEntry> entries =
        IntStream.range(first, first + 10)
            .mapToObj(Integer::toString)
            .map(number -> entry(number, number))
            .toList();
    return sqs.sendMessageBatch(r -> r.queueUrl(queue).entries(entries));
  }

  private static PublishBatchRequestEntry published(String id) {
    return PublishBatchRequestEntry.builder().id(id).message(id).build();
  }

  private static int status(ThrowingCallable call) {
    return catchThrowableOfType(AwsServiceException.class, call).statusCode();
  }
}
