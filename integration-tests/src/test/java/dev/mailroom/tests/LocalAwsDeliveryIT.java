package dev.mailroom.tests;

import dev.mailroom.testkit.LocalAws;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

class LocalAwsDeliveryIT extends DeliveryContract {

  private static LocalAws aws;

  @BeforeAll
  static void start() {
    aws = LocalAws.start();
  }

  @AfterAll
  static void stop() {
    aws.close();
  }

  @Override
  SqsAsyncClient sqs() {
    return aws.sqsAsync();
  }

  @Override
  SnsAsyncClient sns() {
    return aws.snsAsync();
  }
}
