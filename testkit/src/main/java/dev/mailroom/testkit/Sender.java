package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Puts any number of messages into a queue, in order. ElasticMQ takes the entries of one batch in
 * any order, so those of one FIFO group go in calls that follow each other.
 */
final class Sender {

  private final Queues queues;
  private final LongPolls polls;

  Sender(Queues queues, LongPolls polls) {
    this.queues = queues;
    this.polls = polls;
  }

  /**
   * Sends {@code messages}, as long as no call fails as a whole.
   *
   * @param messages entries of {@code SendMessageBatch}; their ids need not be distinct
   * @return the answer of a batch, where results stand under their entries' ids; or the error that
   *     the first call met
   */
  CompletableFuture<Answer> send(String queue, List<ObjectNode> messages) {
    CompletableFuture<Answer> result =
        CompletableFuture.completedFuture(Queues.success(Json.object()));
    for (List<ObjectNode> wave : waves(queue, messages)) {
      result =
          result.thenCompose(
              sent ->
                  sent.isSuccess()
                      ? sendAtOnce(queue, wave).thenApply(more -> merge(sent, more))
                      : CompletableFuture.completedFuture(sent));
    }
    return result.whenComplete((answer, error) -> polls.wake(queue));
  }

  private static List<List<ObjectNode>> waves(String queue, List<ObjectNode> messages) {
    List<List<ObjectNode>> waves = new ArrayList<>();
    Map<String, Integer> lastOfGroup = new HashMap<>();
    for (ObjectNode message : messages) {
      String group = Queues.isFifo(queue) ? Json.text(message, "MessageGroupId") : null;
      int wave = group == null ? 0 : lastOfGroup.getOrDefault(group, -1) + 1;
      while (wave < waves.size() && !fits(waves.get(wave), message)) {
        wave++;
      }
      if (wave == waves.size()) {
        waves.add(new ArrayList<>());
      }
      waves.get(wave).add(message);
      if (group != null) {
        lastOfGroup.put(group, wave);
      }
    }
    return waves;
  }

  private static boolean fits(List<ObjectNode> wave, ObjectNode message) {
    int length = length(message) + wave.stream().mapToInt(Sender::length).sum();
    return wave.size() < Limits.BATCH && length <= Limits.MAX_MESSAGE_BYTES;
  }

  private static int length(ObjectNode message) {
    return message.path("MessageBody").asText().length();
  }

  private CompletableFuture<Answer> sendAtOnce(String queue, List<ObjectNode> wave) {
    ObjectNode request = Json.object().put("QueueUrl", queues.url(queue));
    ArrayNode entries = request.putArray("Entries");
    for (ObjectNode message : wave) {
      // An original and its copy have the same id.
      entries.add(message.deepCopy().put("Id", Integer.toString(entries.size())));
    }
    return queues.call("SendMessageBatch", request).thenApply(answer -> restoreIds(answer, wave));
  }

  private static Answer restoreIds(Answer answer, List<ObjectNode> wave) {
    if (!answer.isSuccess()) {
      return answer;
    }
    ObjectNode body = Json.parse(answer.body());
    for (String field : new String[] {"Successful", "Failed"}) {
      for (JsonNode result : body.path(field)) {
        int index = result.path("Id").asInt();
        ((ObjectNode) result).put("Id", Json.text(wave.get(index), "Id"));
      }
    }
    return Queues.success(body);
  }

  private static Answer merge(Answer sent, Answer more) {
    if (!more.isSuccess()) {
      return more;
    }
    ObjectNode body = Json.parse(sent.body());
    ObjectNode added = Json.parse(more.body());
    for (String field : new String[] {"Successful", "Failed"}) {
      ArrayNode all = body.withArrayProperty(field);
      added.path(field).forEach(all::add);
    }
    return Queues.success(body);
  }
}
