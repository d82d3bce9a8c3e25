package dev.mailroom.examples.demo;

import dev.mailroom.examples.orders.Service;
import dev.mailroom.testkit.LocalAws;
import dev.mailroom.testkit.PostgresServer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesResponse;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** What the shop needs around it: a database, and SNS and SQS with its topic and queues. */
final class Surroundings implements AutoCloseable {

  private static final List<String> QUEUES =
      List.of("billing", "analytics", "shipping.fifo", "order-updates");

  final PostgresServer postgres;
  final LocalAws aws;
  final String jdbcUrl;

  Surroundings() throws SQLException, IOException {
    postgres = PostgresServer.start();
    aws = LocalAws.start();
    jdbcUrl = postgres.createDatabase("shop");
    for (Service service : Service.values()) {
      service.install(jdbcUrl);
    }
    QUEUES.forEach(aws::createQueue);
    String orders = aws.createTopic("orders");
    aws.subscribe(orders, "billing", true);
    aws.subscribe(orders, "analytics", false);
  }

  /** Where a program on the AWS SDK finds SNS and SQS: its usual environment variables. */
  Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL",
        aws.endpoint().toString(),
        "AWS_REGION",
        aws.region().id(),
        "AWS_ACCESS_KEY_ID",
        "demo",
        "AWS_SECRET_ACCESS_KEY",
        "demo");
  }

  /** Messages in the queues, visible or in flight. */
  int messagesInQueues() {
    return QUEUES.stream().mapToInt(this::messagesIn).sum();
  }

  private int messagesIn(String queue) {
    String url = aws.sqs().getQueueUrl(request -> request.queueName(queue)).queueUrl();
    GetQueueAttributesResponse response =
        aws.sqs()
            .getQueueAttributes(
                request ->
                    request
                        .queueUrl(url)
                        .attributeNames(
                            QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                            QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
    return response.attributes().values().stream().mapToInt(Integer::parseInt).sum();
  }

  @Override
  public void close() {
    aws.close();
    postgres.close();
  }
}
