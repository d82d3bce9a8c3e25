package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The entries of a batch call, and what became of each so far. Not thread-safe. */
final class Batch {

  private final List<ObjectNode> open = new ArrayList<>();
  private final ArrayNode successful = Json.array();
  private final ArrayNode failed = Json.array();

  /**
   * @throws ServiceError if the batch as a whole is refused
   */
  static Batch of(ObjectNode request) {
    Batch batch = new Batch();
    List<String> ids = new ArrayList<>();
    for (JsonNode entry : request.path("Entries")) {
      batch.open.add((ObjectNode) entry);
      ids.add(String.valueOf(Json.text(entry, "Id")));
    }
    Limits.checkBatch(ids);
    return batch;
  }

  /** The entries that have neither succeeded nor failed, in their order. */
  List<ObjectNode> open() {
    return open;
  }

  /** Runs {@code check} over the open entries; one that it throws for has failed. */
  void check(Check check) {
    open.removeIf(
        entry -> {
          try {
            check.check(entry);
            return false;
          } catch (ServiceError e) {
            fail(entry, e);
            return true;
          }
        });
  }

  private void fail(ObjectNode entry, ServiceError error) {
    failed
        .addObject()
        .put("Id", Json.text(entry, "Id"))
        .put("Code", error.code())
        .put("Message", error.text())
        .put("SenderFault", error.isSenderFault());
  }

  void succeeded(JsonNode result) {
    successful.add(result);
  }

  void failed(JsonNode result) {
    failed.add(result);
  }

  /** Takes over what the queues answered for the open entries. */
  void take(ObjectNode answer) {
    answer.path("Successful").forEach(this::succeeded);
    answer.path("Failed").forEach(this::failed);
  }

  Answer answer() {
    ObjectNode body = Json.object();
    body.set("Successful", successful);
    body.set("Failed", failed);
    return Queues.success(body);
  }

  /** A rule for one entry, which throws {@link ServiceError} where it is broken. */
  interface Check {
    void check(ObjectNode entry);
  }
}
