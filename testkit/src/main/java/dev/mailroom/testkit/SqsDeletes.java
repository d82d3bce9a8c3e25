package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code DeleteMessage}, {@code ChangeMessageVisibility} and their batches.
 *
 * <p>To delete a message twice is no error in SQS, nor is it on a standard queue to delete by the
 * receipt of an earlier delivery (which may or may not delete; here it does not). ElasticMQ refuses
 * both.
 */
final class SqsDeletes {

  private static final String STALE = "ReceiptHandleIsInvalid";
  private static final Pattern HANDLE = Pattern.compile("[0-9a-f-]{36}#[0-9a-f-]{36}");
  private static final int REMEMBERED = 100_000;

  private final Queues queues;
  private final LongPolls polls;
  private final FaultyCalls faults;
  private final Set<String> deleted =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                  return size() > REMEMBERED;
                }
              }));

  SqsDeletes(Queues queues, LongPolls polls, FaultyCalls faults) {
    this.queues = queues;
    this.polls = polls;
    this.faults = faults;
  }

  CompletableFuture<Answer> delete(String queue, ObjectNode request) {
    String handle = Json.text(request, "ReceiptHandle");
    return queues
        .call("DeleteMessage", request)
        .thenApply(
            answer -> {
              boolean done =
                  settled(queue, handle, answer.isSuccess(), SqsErrors.is(answer, STALE));
              return done ? Queues.success(Json.object()) : answer;
            })
        .whenComplete((answer, error) -> polls.wake(queue));
  }

  CompletableFuture<Answer> changeVisibility(String queue, ObjectNode request) {
    return queues
        .call("ChangeMessageVisibility", request)
        .whenComplete((answer, error) -> polls.wake(queue));
  }

  /** Either batch: both have entries with receipt handles, and answer alike. */
  CompletableFuture<Answer> batch(String queue, String action, ObjectNode request) {
    Batch batch = Batch.of(request);
    batch.check(
        entry -> {
          if (faults.failsEntry(queue)) {
            throw FaultyCalls.entryFailure();
          }
        });
    if (batch.open().isEmpty()) {
      return CompletableFuture.completedFuture(batch.answer());
    }
    ObjectNode rest = Json.object().put("QueueUrl", Json.text(request, "QueueUrl"));
    rest.putArray("Entries").addAll(batch.open());
    boolean deletes = action.startsWith("Delete");
    return queues
        .call(action, rest)
        .thenApply(answer -> answer.isSuccess() ? settle(queue, deletes, batch, answer) : answer)
        .whenComplete((answer, error) -> polls.wake(queue));
  }

  private Answer settle(String queue, boolean deletes, Batch batch, Answer answer) {
    Map<String, String> handles = new HashMap<>();
    batch
        .open()
        .forEach(
            entry ->
                handles.put(
                    String.valueOf(Json.text(entry, "Id")),
                    String.valueOf(Json.text(entry, "ReceiptHandle"))));
    ObjectNode body = Json.parse(answer.body());
    for (JsonNode done : body.path("Successful")) {
      if (deletes) {
        settled(queue, handles.get(Json.text(done, "Id")), true, false);
      }
      batch.succeeded(done);
    }
    for (JsonNode failure : body.path("Failed")) {
      String id = String.valueOf(Json.text(failure, "Id"));
      boolean stale = deletes && STALE.equals(Json.text(failure, "Code"));
      if (settled(queue, handles.get(id), false, stale)) {
        batch.succeeded(Json.object().put("Id", id));
      } else {
        batch.failed(failure);
      }
    }
    return batch.answer();
  }

  /** Whether SQS would call this deletion a success. */
  private boolean settled(String queue, @Nullable String handle, boolean success, boolean stale) {
    if (handle == null) {
      return success;
    }
    if (success) {
      deleted.add(handle);
    }
    return success
        || (stale
            && HANDLE.matcher(handle).matches()
            && (!Queues.isFifo(queue) || deleted.contains(handle)));
  }
}
