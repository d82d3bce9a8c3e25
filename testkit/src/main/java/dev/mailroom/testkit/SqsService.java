package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** SQS over AWS JSON 1.0: sorts calls by action, and lets them go wrong where they shall. */
final class SqsService implements Service {

  private static final Set<String> MOVES =
      Set.of(
          "SendMessage",
          "SendMessageBatch",
          "ReceiveMessage",
          "DeleteMessage",
          "DeleteMessageBatch",
          "ChangeMessageVisibility",
          "ChangeMessageVisibilityBatch");

  private final Queues queues;
  private final QueueSettings settings;
  private final LongPolls polls;
  private final SqsSends sends;
  private final SqsReceives receives;
  private final SqsDeletes deletes;
  private final FaultyCalls faults;

  SqsService(Queues queues, FaultyCalls faults, Deliveries deliveries) {
    this.queues = queues;
    this.faults = faults;
    this.settings = new QueueSettings(queues);
    this.polls = new LongPolls(queues, settings);
    this.sends = new SqsSends(queues, settings, sender(), faults);
    this.receives = new SqsReceives(deliveries, polls);
    this.deletes = new SqsDeletes(queues, polls, faults);
  }

  /** What puts messages into queues, past rules and faults. */
  Sender sender() {
    return new Sender(queues, polls);
  }

  @Override
  public CompletableFuture<Answer> call(Request request) {
    String action = String.valueOf(request.target()).substring(Queues.TARGET.length());
    try {
      ObjectNode body = Json.parse(request.body());
      String url = Json.text(body, "QueueUrl");
      String queue = Queues.name(url == null ? Json.text(body, "QueueName") : url);
      return faults
          .call(
              queue,
              MOVES.contains(action),
              sent(action, body),
              () -> attempt(() -> act(action, queue, body)))
          .thenApply(
              answer ->
                  action.equals("ReceiveMessage") ? receives.deliver(queue, body, answer) : answer);
    } catch (ServiceError e) {
      return CompletableFuture.completedFuture(SqsErrors.answer(e));
    }
  }

  private static int sent(String action, ObjectNode body) {
    return switch (action) {
      case "SendMessage" -> 1;
      case "SendMessageBatch" -> body.path("Entries").size();
      default -> 0;
    };
  }

  private static CompletableFuture<Answer> attempt(Supplier<CompletableFuture<Answer>> work) {
    try {
      return work.get();
    } catch (ServiceError e) {
      return CompletableFuture.completedFuture(SqsErrors.answer(e));
    }
  }

  private CompletableFuture<Answer> act(String action, String queue, ObjectNode body) {
    return switch (action) {
      case "SendMessage" -> sends.single(queue, body, polls);
      case "SendMessageBatch" -> sends.batch(queue, body);
      case "ReceiveMessage" -> receives.receive(queue, body);
      case "DeleteMessage" -> deletes.delete(queue, body);
      case "ChangeMessageVisibility" -> deletes.changeVisibility(queue, body);
      case "DeleteMessageBatch", "ChangeMessageVisibilityBatch" ->
          deletes.batch(queue, action, body);
      case "CreateQueue" -> settings.create(body);
      case "SetQueueAttributes" -> settings.set(queue, body);
      case "GetQueueAttributes" -> settings.get(queue, body);
      case "DeleteQueue" -> settings.delete(queue, body);
      default -> queues.call(action, body);
    };
  }
}
