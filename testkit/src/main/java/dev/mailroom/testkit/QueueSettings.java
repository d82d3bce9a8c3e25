package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Queue attributes that ElasticMQ does not know or keep: they are held here and mixed into its
 * answers. The rest pass.
 */
final class QueueSettings {

  private static final String ATTRIBUTES = "Attributes";
  private static final String NAMES = "AttributeNames";
  private static final String MAXIMUM_MESSAGE_SIZE = "MaximumMessageSize";
  private static final String RETENTION = "MessageRetentionPeriod";
  private static final String WAIT = "ReceiveMessageWaitTimeSeconds";

  /** Of a new queue since August 2025; older ones may have 256 KiB. */
  private static final Map<String, String> DEFAULTS =
      Map.of(MAXIMUM_MESSAGE_SIZE, "1048576", RETENTION, "345600");

  private static final Set<String> KEPT_HERE =
      Set.of(
          MAXIMUM_MESSAGE_SIZE,
          RETENTION,
          "Policy",
          "RedriveAllowPolicy",
          "DeduplicationScope",
          "FifoThroughputLimit",
          "KmsMasterKeyId",
          "KmsDataKeyReusePeriodSeconds",
          "SqsManagedSseEnabled");

  private final Queues queues;
  private final Map<String, Map<String, String>> kept = new ConcurrentHashMap<>();

  QueueSettings(Queues queues) {
    this.queues = queues;
  }

  int maximumMessageSize(String queue) {
    return Integer.parseInt(of(queue).getOrDefault(MAXIMUM_MESSAGE_SIZE, "1048576"));
  }

  /** How long a receive waits that does not say. */
  int waitSeconds(String queue) {
    return Integer.parseInt(of(queue).getOrDefault(WAIT, "0"));
  }

  private Map<String, String> of(String queue) {
    return kept.getOrDefault(queue, Map.of());
  }

  CompletableFuture<Answer> create(ObjectNode body) {
    String queue = String.valueOf(Json.text(body, "QueueName"));
    Map<String, String> ours = take(body);
    return queues.call("CreateQueue", body).thenApply(answer -> keep(answer, queue, ours));
  }

  CompletableFuture<Answer> set(String queue, ObjectNode body) {
    Map<String, String> ours = take(body);
    return queues.call("SetQueueAttributes", body).thenApply(answer -> keep(answer, queue, ours));
  }

  CompletableFuture<Answer> delete(String queue, ObjectNode body) {
    kept.remove(queue);
    return queues.call("DeleteQueue", body);
  }

  private Answer keep(Answer answer, String queue, Map<String, String> ours) {
    if (answer.isSuccess()) {
      kept.computeIfAbsent(queue, name -> new ConcurrentHashMap<>(DEFAULTS)).putAll(ours);
    }
    return answer;
  }

  /** Takes out of {@code body} what ElasticMQ must not see; remembers the wait, which it may. */
  private static Map<String, String> take(ObjectNode body) {
    Map<String, String> ours = new TreeMap<>();
    if (body.get(ATTRIBUTES) instanceof ObjectNode attributes) {
      KEPT_HERE.forEach(
          name -> {
            String value = Json.text(attributes, name);
            if (value != null) {
              ours.put(name, value);
              attributes.remove(name);
            }
          });
      checkSize(ours);
      String wait = Json.text(attributes, WAIT);
      if (wait != null) {
        ours.put(WAIT, wait);
      }
    }
    return ours;
  }

  private static void checkSize(Map<String, String> attributes) {
    String size = attributes.get(MAXIMUM_MESSAGE_SIZE);
    if (size != null && !Limits.isMessageSize(size)) {
      throw new ServiceError(
          "InvalidAttributeValue", "Invalid value for the parameter MaximumMessageSize: " + size);
    }
  }

  CompletableFuture<Answer> get(String queue, ObjectNode body) {
    List<String> names = new ArrayList<>();
    for (JsonNode name : body.path(NAMES)) {
      names.add(name.asText());
    }
    if (!body.has(NAMES) || names.isEmpty()) {
      return queues.call("GetQueueAttributes", body);
    }
    boolean all = names.contains("All");
    ArrayNode asked = body.putArray(NAMES);
    names.stream().filter(name -> !KEPT_HERE.contains(name)).forEach(asked::add);
    boolean onlyOurs = asked.isEmpty();
    if (onlyOurs) {
      asked.add("QueueArn");
    }
    return queues
        .call("GetQueueAttributes", body)
        .thenApply(answer -> answer.isSuccess() ? mix(answer, queue, names, all) : answer);
  }

  private Answer mix(Answer answer, String queue, List<String> names, boolean all) {
    ObjectNode body = Json.parse(answer.body());
    ObjectNode attributes = body.withObjectProperty(ATTRIBUTES);
    of(queue).forEach(attributes::put);
    if (!all) {
      attributes.retain(names);
    }
    return Queues.success(body);
  }
}
