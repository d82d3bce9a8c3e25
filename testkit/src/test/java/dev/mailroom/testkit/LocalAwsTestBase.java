package dev.mailroom.testkit;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** One {@link LocalAws} for a test class, and clients that retry nothing. */
abstract class LocalAwsTestBase {

  private static final AtomicInteger NAMES = new AtomicInteger();

  static LocalAws aws;
  static SqsClient sqs;
  static SnsClient sns;

  @BeforeAll
  static void start() {
    aws = LocalAws.start();
    sqs =
        aws.configure(SqsClient.builder())
            .httpClientBuilder(Apache5HttpClient.builder())
            .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .build();
    sns =
        aws.configure(SnsClient.builder())
            .httpClientBuilder(Apache5HttpClient.builder())
            .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .build();
  }

  @AfterAll
  static void stop() {
    sqs.close();
    sns.close();
    aws.close();
  }

  @AfterEach
  void healAndForget() {
    aws.faults().clear();
    aws.deliveries().reset();
  }

  /** A name that no other test has. */
  static String name() {
    return "name-" + NAMES.incrementAndGet();
  }

  static String fifoName() {
    return name() + ".fifo";
  }

  static String nameOf(String urlOrArn) {
    return urlOrArn.substring(Math.max(urlOrArn.lastIndexOf('/'), urlOrArn.lastIndexOf(':')) + 1);
  }

  static List<String> drain(String queue) {
    return aws.drain(queue).stream().map(Message::body).toList();
  }

  static Map<String, MessageAttributeValue> text(String name, String value) {
    return Map.of(
        name, MessageAttributeValue.builder().dataType("String").stringValue(value).build());
  }

  static SendMessageBatchRequestEntry entry(String id, String body) {
    return SendMessageBatchRequestEntry.builder().id(id).messageBody(body).build();
  }

  static SendMessageBatchRequestEntry entry(String id, String body, String group) {
    return SendMessageBatchRequestEntry.builder()
        .id(id)
        .messageBody(body)
        .messageGroupId(group)
        .messageDeduplicationId(id)
        .build();
  }
}
