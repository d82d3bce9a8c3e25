package dev.mailroom.examples.lambda;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.Inbox.Handler;
import dev.mailroom.inbox.Inbox.Order;
import dev.mailroom.inbox.Inbox.Result;
import dev.mailroom.inbox.ReceivedMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An SQS event of AWS Lambda through the inbox. The function's event source needs {@code
 * ReportBatchItemFailures}. The records have the shape of SQSEvent and SQSBatchResponse of
 * aws-lambda-java-events.
 */
public final class PartialBatch {

  /**
   * A message of the event.
   *
   * @param messageId SQS's own, by which failures are reported
   * @param id what the inbox knows the message by: the attribute {@code mailroom-id}, or another
   * @param group the {@code MessageGroupId} on a FIFO queue
   */
  public record SqsRecord(String messageId, String id, Optional<String> group, String body) {}

  /** What the runtime is to deliver again. */
  public record Response(List<Failure> batchItemFailures) {}

  /** One message to deliver again. */
  public record Failure(String itemIdentifier) {}

  private PartialBatch() {}

  /** Reports each message that is not done, and on FIFO all after it in its group. */
  public static Response handle(Inbox inbox, List<SqsRecord> event, Handler<?> handler) {
    List<Result> results =
        inbox.processAll(event.stream().map(PartialBatch::message).toList(), Order.BY_KEY, handler);
    List<Failure> failures = new ArrayList<>();
    Set<String> stopped = new HashSet<>();
    for (int i = 0; i < results.size(); i++) {
      SqsRecord each = event.get(i);
      if (!results.get(i).isDone() || each.group().filter(stopped::contains).isPresent()) {
        failures.add(new Failure(each.messageId()));
        each.group().ifPresent(stopped::add);
      }
    }
    return new Response(failures);
  }

  private static ReceivedMessage message(SqsRecord each) {
    return ReceivedMessage.from("orders")
        .id(each.id())
        .key(each.group().orElse(null))
        .payload(each.body())
        .build();
  }
}
