package dev.mailroom.tests.inbox;

import dev.mailroom.outbox.WireFormat;
import dev.mailroom.tests.town.Town;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** Sends to both queues, every fifth message twice, and keeps a record of it. One thread's. */
final class Feed implements Runnable {

  private static final int KEYS = 12;
  private static final int TWICE = 5;

  private final Town town;
  private final SplittableRandom random;
  private final Map<String, Integer> last = new HashMap<>();
  private final Map<String, String> urls = new HashMap<>();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile boolean stopped;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong copies = new AtomicLong();

  Feed(Town town, SplittableRandom random) {
    this.town = town;
    this.random = random;
    for (String queue : new String[] {Trial.STANDARD, Trial.ORDERED}) {
      urls.put(queue, town.sqs().getQueueUrl(request -> request.queueName(queue)).queueUrl());
    }
  }

  String url(String queue) {
    return String.valueOf(urls.get(queue));
  }

  void stop() {
    stopped = true;
  }

  /** Fails if it has ended before it was told to. */
  void requireHealth() {
    if (failure.get() != null) {
      throw new IllegalStateException("The feed has failed", failure.get());
    }
  }

  long sent() {
    return sent.get();
  }

  long copies() {
    return copies.get();
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        some(1);
        Thread.sleep(random.nextInt(12));
      }
    } catch (SQLException | RuntimeException e) {
      failure.set(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** So many messages, at once. */
  void some(int messages) throws SQLException {
    for (int i = 0; i < messages; i++) {
      String queue = random.nextBoolean() ? Trial.STANDARD : Trial.ORDERED;
      String key = "k" + random.nextInt(KEYS);
      int n = last.merge(queue + key, 1, Integer::sum);
      record(queue, key, n);
      SendMessageRequest.Builder request = request(queue, key, n, UUID.randomUUID());
      send(queue, request);
      sent.incrementAndGet();
      if (random.nextInt(TWICE) == 0) {
        send(queue, request);
        copies.incrementAndGet();
      }
    }
  }

  /** In the end: connections are cut at times, in the middle of a commit, too. */
  private void record(String queue, String key, int n) throws SQLException {
    for (int failures = 0; ; failures++) {
      try {
        insert(queue, key, n);
        return;
      } catch (SQLException e) {
        if (isRecorded(queue, key, n)) {
          return;
        } else if (failures == 20) {
          throw e;
        }
      }
    }
  }

  private boolean isRecorded(String queue, String key, int n) throws SQLException {
    String row = "queue = '%s' AND message_key = '%s' AND n = %d".formatted(queue, key, n);
    return town.countInTheEnd("SELECT count(*) FROM sent WHERE " + row) > 0;
  }

  private void insert(String queue, String key, int n) throws SQLException {
    try (Connection connection = town.dataSource().getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO sent (queue, message_key, n) VALUES (?, ?, ?)")) {
      insert.setString(1, queue);
      insert.setString(2, key);
      insert.setInt(3, n);
      insert.executeUpdate();
    }
  }

  private SendMessageRequest.Builder request(String queue, String key, int n, UUID id) {
    return SendMessageRequest.builder()
        .queueUrl(url(queue))
        .messageBody(key + ":" + n)
        .messageAttributes(
            Map.of(
                WireFormat.ID,
                MessageAttributeValue.builder()
                    .dataType("String")
                    .stringValue(id.toString())
                    .build()));
  }

  /** In the end. A copy must get past the queue's own deduplication. */
  private void send(String queue, SendMessageRequest.Builder request) {
    if (queue.equals(Trial.ORDERED)) {
      String body = request.build().messageBody();
      request
          .messageGroupId(body.substring(0, body.indexOf(':')))
          .messageDeduplicationId(UUID.randomUUID().toString());
    }
    for (int failures = 0; ; failures++) {
      try {
        town.sqs().sendMessage(request.build());
        return;
      } catch (SdkException e) {
        if (failures == 50) {
          throw e;
        }
      }
    }
  }
}
