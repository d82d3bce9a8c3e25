package dev.mailroom.tests.town;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Takes what arrives in a queue into the table {@code received}, in order, and only then deletes.
 */
final class Receiver implements AutoCloseable {

  private final SqsClient sqs;
  private final String queueUrl;
  private final String queue;
  private final DataSource dataSource;
  private final Thread thread = new Thread(this::run, "receiver");
  private volatile boolean stopped;
  private final AtomicLong emptyPolls = new AtomicLong();

  Receiver(SqsClient sqs, String queueUrl, String queue, DataSource dataSource) {
    this.sqs = sqs;
    this.queueUrl = queueUrl;
    this.queue = queue;
    this.dataSource = dataSource;
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!stopped) {
      try {
        List<Message> messages =
            sqs.receiveMessage(
                    request ->
                        request
                            .queueUrl(queueUrl)
                            .maxNumberOfMessages(10)
                            .visibilityTimeout(5)
                            .messageSystemAttributeNames(MessageSystemAttributeName.SENT_TIMESTAMP)
                            .waitTimeSeconds(1))
                .messages();
        if (messages.isEmpty()) {
          emptyPolls.incrementAndGet();
        } else {
          record(messages);
          delete(messages);
        }
      } catch (SdkException | SQLException e) {
        pause();
      }
    }
  }

  private void record(List<Message> messages) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO received (queue, message_key, n, broker_id, at_ms)"
                    + " VALUES (?, ?, ?, ?, ?)")) {
      connection.setAutoCommit(false);
      for (Message message : messages) {
        String body = message.body();
        int colon = body.indexOf(':');
        insert.setString(1, queue);
        insert.setString(2, body.substring(0, colon));
        insert.setInt(3, Integer.parseInt(body.substring(colon + 1)));
        insert.setString(4, message.messageId());
        insert.setLong(5, acceptedAt(message));
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
      connection.setAutoCommit(true);
    }
  }

  private static long acceptedAt(Message message) {
    return Long.parseLong(message.attributes().get(MessageSystemAttributeName.SENT_TIMESTAMP));
  }

  private void delete(List<Message> messages) {
    sqs.deleteMessageBatch(
        request ->
            request
                .queueUrl(queueUrl)
                .entries(
                    messages.stream()
                        .map(
                            message ->
                                DeleteMessageBatchRequestEntry.builder()
                                    .id(message.messageId())
                                    .receiptHandle(message.receiptHandle())
                                    .build())
                        .toList()));
  }

  /** Whether the queue holds nothing, be it visible or not. */
  boolean isEmpty() {
    return sqs
        .getQueueAttributes(
            request ->
                request
                    .queueUrl(queueUrl)
                    .attributeNames(
                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
        .attributes()
        .values()
        .stream()
        .allMatch("0"::equals);
  }

  /** How often it has looked and found nothing. */
  long emptyPolls() {
    return emptyPolls.get();
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
