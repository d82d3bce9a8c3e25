package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sns.model.BatchRequestTooLongException;
import software.amazon.awssdk.services.sns.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sns.model.InvalidParameterException;
import software.amazon.awssdk.services.sns.model.InvalidParameterValueException;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;
import software.amazon.awssdk.services.sns.model.NotFoundException;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;
import software.amazon.awssdk.services.sns.model.PublishBatchResponse;
import software.amazon.awssdk.services.sns.model.PublishBatchResultEntry;
import software.amazon.awssdk.services.sns.model.TooManyEntriesInBatchRequestException;

class LocalSnsRulesIT extends LocalAwsTestBase {

  @Test
  void requiresAGroupOnFifoAndNoDeduplicationOnStandard() {
    String fifo = aws.createTopic(fifoName());
    assertThatThrownBy(
            () -> sns.publish(r -> r.topicArn(fifo).message("x").messageDeduplicationId("1")))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("MessageGroupId");
    String standard = aws.createTopic(name());
    assertThatThrownBy(
            () -> sns.publish(r -> r.topicArn(standard).message("x").messageDeduplicationId("1")))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("MessageDeduplicationId");
  }

  @Test
  void unknownTopic() {
    String gone = aws.createTopic(name());
    sns.deleteTopic(r -> r.topicArn(gone));
    assertThatThrownBy(() -> sns.publish(r -> r.topicArn(gone).message("x")))
        .isInstanceOf(NotFoundException.class)
        .satisfies(e -> assertThat(((AwsServiceException) e).statusCode()).isEqualTo(404));
    assertThatThrownBy(() -> sns.publish(r -> r.topicArn("no-arn").message("x")))
        .isInstanceOf(InvalidParameterException.class);
  }

  @Test
  void limitsTheSizeAsTheTopicSays() {
    String topic = aws.createTopic(name());
    String limit = "x".repeat(262_144);
    sns.publish(r -> r.topicArn(topic).message(limit));
    assertThatThrownBy(() -> sns.publish(r -> r.topicArn(topic).message(limit + "x")))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("too long");
    assertThatThrownBy(
            () ->
                sns.publishBatch(
                    r ->
                        r.topicArn(topic)
                            .publishBatchRequestEntries(entry("1"), saying("2", limit))))
        .isInstanceOf(BatchRequestTooLongException.class);
    setSize(topic, "1048576");
    sns.publish(r -> r.topicArn(topic).message(limit.repeat(4)));
    assertThat(sns.getTopicAttributes(r -> r.topicArn(topic)).attributes())
        .containsEntry("MaximumMessageSize", "1048576");
    assertThatThrownBy(() -> setSize(topic, "1048577"))
        .isInstanceOf(InvalidParameterException.class);
    assertThatThrownBy(() -> setSize(topic, "1023")).isInstanceOf(InvalidParameterException.class);
  }

  @Test
  void refusesBadContentEntryByEntry() {
    String queue = aws.createQueue(name());
    String topic = aws.createTopic(name());
    aws.subscribe(topic, nameOf(queue), true);
    PublishBatchResponse response =
        sns.publishBatch(
            r ->
                r.topicArn(topic)
                    .publishBatchRequestEntries(
                        entry("fine"),
                        saying("character", "\u0001"),
                        entry("empty").copy(e -> e.messageAttributes(one("a", "String", ""))),
                        entry("type").copy(e -> e.messageAttributes(one("a", "Text", "x"))),
                        entry("name").copy(e -> e.messageAttributes(one("a..b", "String", "x")))));
    assertThat(response.successful())
        .extracting(PublishBatchResultEntry::id)
        .containsExactly("fine");
    assertThat(response.failed())
        .allMatch(BatchResultErrorEntry::senderFault)
        .extracting(failure -> failure.id() + " " + failure.code())
        .containsExactly(
            "character InvalidParameter",
            "empty ParameterValueInvalid",
            "type ParameterValueInvalid",
            "name ParameterValueInvalid");
    assertThat(drain(queue)).containsExactly("fine");
    assertThatThrownBy(() -> sns.publish(r -> r.topicArn(topic).message("\u0001")))
        .isInstanceOf(InvalidParameterException.class);
    assertThatThrownBy(
            () ->
                sns.publish(
                    r -> r.topicArn(topic).message("x").messageAttributes(one("a", "String", ""))))
        .isInstanceOf(InvalidParameterValueException.class);
  }

  @Test
  void refusesWrongBatches() {
    String topic = aws.createTopic(name());
    List<PublishBatchRequestEntry> eleven =
        IntStream.range(0, 11).mapToObj(i -> entry("id" + i)).toList();
    assertThatThrownBy(
            () -> sns.publishBatch(r -> r.topicArn(topic).publishBatchRequestEntries(eleven)))
        .isInstanceOf(TooManyEntriesInBatchRequestException.class);
  }

  @Test
  void unknownActionsAreSaidToBeUnknown() {
    assertThatThrownBy(() -> sns.listPhoneNumbersOptedOut())
        .isInstanceOf(AwsServiceException.class)
        .hasMessageContaining("ListPhoneNumbersOptedOut");
  }

  private static void setSize(String topic, String bytes) {
    sns.setTopicAttributes(
        r -> r.topicArn(topic).attributeName("MaximumMessageSize").attributeValue(bytes));
  }

  private static PublishBatchRequestEntry saying(String id, String body) {
    return entry(id).copy(e -> e.message(body));
  }

  private static Map<String, MessageAttributeValue> one(String name, String type, String value) {
    return Map.of(name, attribute(type, value));
  }

  private static PublishBatchRequestEntry entry(String id) {
    return PublishBatchRequestEntry.builder().id(id).message(id).build();
  }

  private static MessageAttributeValue attribute(String type, String value) {
    return MessageAttributeValue.builder().dataType(type).stringValue(value).build();
  }
}
