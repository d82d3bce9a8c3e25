package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** {@code SendMessage} and {@code SendMessageBatch}: the rules of SQS, then the queue. */
final class SqsSends {

  /** The entry id of a copy, by which its result is left out of the answer. */
  private static final String COPY = "";

  private static final String DEDUPLICATION_ID = "MessageDeduplicationId";

  private final Queues queues;
  private final QueueSettings settings;
  private final Sender sender;
  private final FaultyCalls faults;

  SqsSends(Queues queues, QueueSettings settings, Sender sender, FaultyCalls faults) {
    this.queues = queues;
    this.settings = settings;
    this.sender = sender;
    this.faults = faults;
  }

  CompletableFuture<Answer> single(String queue, ObjectNode message, LongPolls polls) {
    check(queue, message);
    forget(queue, message);
    boolean twice = faults.duplicates(queue);
    return queues
        .call("SendMessage", message)
        .thenCompose(
            answer ->
                twice && answer.isSuccess()
                    ? sender.send(queue, List.of(copy(queue, message))).thenApply(copied -> answer)
                    : CompletableFuture.completedFuture(answer))
        .whenComplete((answer, error) -> polls.wake(queue));
  }

  CompletableFuture<Answer> batch(String queue, ObjectNode request) {
    Batch batch = Batch.of(request);
    Limits.checkTotal(
        batch.open().stream().mapToLong(SqsSends::size).sum(), Limits.MAX_MESSAGE_BYTES);
    batch.check(entry -> check(queue, entry));
    batch.check(
        entry -> {
          if (faults.failsEntry(queue)) {
            throw FaultyCalls.entryFailure();
          }
        });
    if (batch.open().isEmpty()) {
      return CompletableFuture.completedFuture(batch.answer());
    }
    batch.open().forEach(entry -> forget(queue, entry));
    return sender
        .send(queue, withCopies(queue, batch.open()))
        .thenApply(answer -> answer.isSuccess() ? answerOf(batch, answer) : answer);
  }

  private void check(String queue, ObjectNode message) {
    Map<String, Attribute> attributes = Attribute.of(message.get("MessageAttributes"));
    MessageRules.SQS.check(body(message), attributes);
    int limit = settings.maximumMessageSize(queue);
    if (Attribute.size(body(message), attributes) > limit) {
      throw new ServiceError(
          "InvalidParameterValue",
          "One or more parameters are invalid. Reason: Message must be shorter than %d bytes."
              .formatted(limit));
    }
  }

  private void forget(String queue, ObjectNode message) {
    if (faults.forgets(queue) && message.has(DEDUPLICATION_ID)) {
      message.put(DEDUPLICATION_ID, UUID.randomUUID().toString());
    }
  }

  private static int size(ObjectNode message) {
    return Attribute.size(body(message), Attribute.of(message.get("MessageAttributes")));
  }

  private static String body(ObjectNode message) {
    String body = Json.text(message, "MessageBody");
    return body == null ? "" : body;
  }

  private List<ObjectNode> withCopies(String queue, List<ObjectNode> messages) {
    List<ObjectNode> all = new ArrayList<>();
    for (ObjectNode message : messages) {
      all.add(message);
      if (faults.duplicates(queue)) {
        all.add(copy(queue, message));
      }
    }
    return all;
  }

  private static ObjectNode copy(String queue, ObjectNode message) {
    ObjectNode copy = message.deepCopy().put("Id", COPY);
    return Queues.isFifo(queue) ? copy.put(DEDUPLICATION_ID, UUID.randomUUID().toString()) : copy;
  }

  private static Answer answerOf(Batch batch, Answer answer) {
    ObjectNode sent = Json.parse(answer.body());
    for (String field : new String[] {"Successful", "Failed"}) {
      sent.withArrayProperty(field).removeIf(result -> COPY.equals(Json.text(result, "Id")));
    }
    batch.take(sent);
    return batch.answer();
  }
}
