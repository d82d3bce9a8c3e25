package dev.mailroom.tests.many;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/** Empties queues at the end, and compares what they held with what was written. */
final class Mailboxes {

  private final SqsClient sqs;
  private final Letters letters;
  private final Map<Integer, List<Long>> latencies = new HashMap<>();
  private long lost;
  private long invented;
  private long outOfOrder;
  private long duplicates;
  private long messages;

  Mailboxes(SqsClient sqs, Letters letters) {
    this.sqs = sqs;
    this.letters = letters;
  }

  /** Empties one queue and counts. */
  void empty(String queue) {
    Map<String, Long> written = letters.to(queue);
    List<Message> arrived = drain(queue);
    Map<String, Long> sentAt = new HashMap<>();
    Map<String, Integer> latest = new HashMap<>();
    for (Message message : arrived) {
      int colon = message.body().indexOf(':');
      int n = Integer.parseInt(message.body().substring(colon + 1));
      if (latest.merge(message.body().substring(0, colon), n, Math::max) > n
          && queue.endsWith(".fifo")) {
        outOfOrder++;
      }
      sentAt.merge(message.body(), sentAt(message), Math::min);
    }
    messages += written.size();
    duplicates += arrived.size() - sentAt.size();
    lost += missing(written.keySet(), sentAt.keySet());
    invented += missing(sentAt.keySet(), written.keySet());
    measure(written, sentAt);
  }

  private void measure(Map<String, Long> written, Map<String, Long> sentAt) {
    for (int n = 0; written.containsKey(Letters.body(0, n)); n++) {
      Long from = written.get(Letters.body(0, n));
      Long to = sentAt.get(Letters.body(0, n));
      if (from != null && to != null) {
        latencies.computeIfAbsent(n, turn -> new ArrayList<>()).add(to - from);
      }
    }
  }

  private static long missing(Set<String> wanted, Set<String> found) {
    return wanted.stream().filter(each -> !found.contains(each)).count();
  }

  private static long sentAt(Message message) {
    return Long.parseLong(message.attributes().get(MessageSystemAttributeName.SENT_TIMESTAMP));
  }

  private List<Message> drain(String queue) {
    String url = sqs.getQueueUrl(request -> request.queueName(queue)).queueUrl();
    List<Message> all = new ArrayList<>();
    List<Message> some = receive(url);
    while (!some.isEmpty()) {
      all.addAll(some);
      List<DeleteMessageBatchRequestEntry> entries =
          some.stream()
              .map(
                  message ->
                      DeleteMessageBatchRequestEntry.builder()
                          .id(message.messageId())
                          .receiptHandle(message.receiptHandle())
                          .build())
              .collect(Collectors.toList());
      sqs.deleteMessageBatch(request -> request.queueUrl(url).entries(entries));
      some = receive(url);
    }
    return all;
  }

  private List<Message> receive(String url) {
    return sqs.receiveMessage(
            request ->
                request
                    .queueUrl(url)
                    .maxNumberOfMessages(10)
                    .messageSystemAttributeNames(MessageSystemAttributeName.SENT_TIMESTAMP))
        .messages();
  }

  /** The first figures; a call without an answer may have been carried out and was made again. */
  Findings findings(long unanswered) {
    return new Findings(
        List.of(
            Figure.of("lost", lost).exactly(0),
            Figure.of("invented", invented).exactly(0),
            Figure.of("order_violations", outOfOrder).exactly(0),
            Figure.of("duplicates", duplicates).atMost((double) unanswered),
            Figure.of("messages", messages).atLeast(1)));
  }

  /** The milliseconds from commit to acceptance of the n-th message of each queue. */
  double latency(int n, double share) {
    List<Long> sorted = new ArrayList<>(latencies.getOrDefault(n, List.of()));
    Collections.sort(sorted);
    return sorted.isEmpty()
        ? Double.NaN
        : sorted.get((int) Math.ceil(share * sorted.size()) - 1).doubleValue();
  }
}
