package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.CompletableFuture;

/** {@code ReceiveMessage}: asks for all attributes, counts, and hands on those that were wanted. */
final class SqsReceives {

  private static final String NAMES = "MessageAttributeNames";
  private static final String ID = "mailroom-id";

  private final Deliveries deliveries;
  private final LongPolls polls;

  SqsReceives(Deliveries deliveries, LongPolls polls) {
    this.deliveries = deliveries;
    this.polls = polls;
  }

  CompletableFuture<Answer> receive(String queue, ObjectNode request) {
    ObjectNode all = request.deepCopy();
    all.putArray(NAMES).add("All");
    return polls.receive(queue, all);
  }

  /** What remains to be done with an answer that is on its way to the client. */
  Answer deliver(String queue, ObjectNode request, Answer answer) {
    if (!answer.isSuccess()) {
      return answer;
    }
    AttributeFilter filter = new AttributeFilter(request.path(NAMES));
    ObjectNode body = Json.parse(answer.body());
    for (JsonNode message : body.path("Messages")) {
      deliveries.delivered(queue, id(message));
      filter.apply((ObjectNode) message);
    }
    return Queues.success(body);
  }

  private static String id(JsonNode message) {
    String id = Json.text(message.path("MessageAttributes").path(ID), "StringValue");
    if (id == null) {
      id = Json.text(envelope(message).path("MessageAttributes").path(ID), "Value");
    }
    return id == null ? String.valueOf(Json.text(message, "MessageId")) : id;
  }

  private static JsonNode envelope(JsonNode message) {
    String body = String.valueOf(Json.text(message, "Body"));
    if (!body.startsWith("{") || !body.contains(ID)) {
      return Json.object();
    }
    try {
      return Json.parse(body);
    } catch (ServiceError notJson) {
      return Json.object();
    }
  }
}
