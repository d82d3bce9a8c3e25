package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.Message;

class LocalAwsIT {

  private static LocalAws aws;

  @BeforeAll
  static void start() {
    aws = LocalAws.start();
  }

  @AfterAll
  static void stop() {
    aws.close();
  }

  @Test
  void queueUrlsLeadThroughTheEndpoint() {
    assertThat(aws.createQueue("urls")).startsWith(aws.endpoint().toString());
    assertThat(aws.sqsAsync().getQueueUrl(r -> r.queueName("urls")).join().queueUrl())
        .isEqualTo(aws.createQueue("urls"));
  }

  @Test
  void carriesMessages() {
    String queue = aws.createQueue("carries");
    aws.sqs().sendMessage(r -> r.queueUrl(queue).messageBody("grüße"));
    assertThat(aws.sqs().receiveMessage(r -> r.queueUrl(queue)).messages())
        .extracting(Message::body)
        .containsExactly("grüße");
  }
}
