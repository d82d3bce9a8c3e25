package dev.mailroom.inbox.sqs;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * One copy of a message in our hands, until its visibility timeout ends. Two deliveries of a
 * message are two of these. Times are of {@link System#nanoTime}.
 */
final class Delivery {

  private final Message message;
  private final @Nullable String group;

  /** Heartbeats move it; a late one is never earlier than what it replaces, so races are benign. */
  private volatile long oursUntil;

  /** When it came, and then when its handler began. */
  private volatile long since = System.nanoTime();

  private volatile boolean first;

  private volatile CompletableFuture<?> extension = CompletableFuture.completedFuture(null);

  /**
   * @param ordered whether the queue is FIFO; on others a group orders nothing
   */
  Delivery(Message message, boolean ordered, long oursUntil) {
    this.message = message;
    this.group =
        ordered ? message.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID) : null;
    this.oursUntil = oursUntil;
  }

  Message message() {
    return message;
  }

  String receiptHandle() {
    return message.receiptHandle();
  }

  /** The group whose order counts. */
  Optional<String> group() {
    return Optional.ofNullable(group);
  }

  /** How often the queue has handed the message out, this time included. */
  int receiveCount() {
    String count = message.attributes().get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT);
    return count == null ? 1 : Math.max(1, Integer.parseInt(count));
  }

  /** None of its group was here when it came. */
  void first() {
    first = true;
  }

  boolean isFirst() {
    return first;
  }

  void extend(long until) {
    oursUntil = until;
  }

  /** The queue said that the message is ours no longer. */
  void lose(long now) {
    oursUntil = now;
  }

  /** Whether the message stays ours for longer than {@code nanos}, as far as we know. */
  boolean isOursFor(long nanos, long now) {
    return oursUntil - now > nanos;
  }

  /** From here on its handler runs. */
  void begin() {
    since = System.nanoTime();
  }

  /** Whether it has waited, or run, for longer than {@code nanos}. */
  boolean isOlderThan(long nanos, long now) {
    return now - since > nanos;
  }

  /** A call that may extend it is under way until then. */
  void extending(CompletableFuture<?> until) {
    extension = until;
  }

  /** The last call that may have extended it. */
  CompletableFuture<?> extension() {
    return extension;
  }

  /** Without body and attributes, for logs. */
  @Override
  public String toString() {
    return "SQS message " + message.messageId() + (group == null ? "" : " of group " + group);
  }
}
