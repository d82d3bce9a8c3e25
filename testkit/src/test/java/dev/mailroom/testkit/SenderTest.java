package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SenderTest {

  private final List<List<String>> calls = new ArrayList<>();
  private final Queues queues = new Queues(this::call, URI.create("http://127.0.0.1:1"));
  private final Sender sender =
      new Sender(queues, new LongPolls(queues, new QueueSettings(queues)));

  @Test
  void neverSendsTwoOfAFifoGroupInOneCall() {
    Answer answer =
        send("q.fifo", message("a", 1), message("a", 1), message("b", 1), message("a", 1));
    assertThat(calls).containsExactly(List.of("0a", "2b"), List.of("1a"), List.of("3a"));
    assertThat(Json.parse(answer.body()).path("Successful").findValuesAsText("Id"))
        .containsExactlyInAnyOrder("0a", "1a", "2b", "3a");
  }

  @Test
  void keepsToTheLimitsOfABatch() {
    send("q", Stream.generate(() -> message("a", 1)).limit(12).toArray(ObjectNode[]::new));
    assertThat(calls).hasSize(2);
    assertThat(calls.get(0)).hasSize(10);
    calls.clear();
    send("q", message("a", 600_000), message("a", 600_000));
    assertThat(calls).hasSize(2);
  }

  @Test
  void anOverflowingMessageDoesNotLetItsGroupOvertake() {
    send("q.fifo", message("big", 700_000), message("a", 700_000), message("a", 1));
    assertThat(calls).containsExactly(List.of("0big"), List.of("1a"), List.of("2a"));
  }

  private Answer send(String queue, ObjectNode... messages) {
    for (int i = 0; i < messages.length; i++) {
      String name = i + String.valueOf(Json.text(messages[i], "MessageGroupId"));
      messages[i].put("Id", name).put("Name", name);
    }
    return sender.send(queue, List.of(messages)).join();
  }

  private static ObjectNode message(String group, int length) {
    return Json.object().put("MessageGroupId", group).put("MessageBody", "x".repeat(length));
  }

  private CompletableFuture<Answer> call(Request request) {
    ObjectNode answer = Json.object();
    ArrayNode successful = answer.putArray("Successful");
    calls.add(new ArrayList<>());
    for (JsonNode entry : Json.parse(request.body()).path("Entries")) {
      successful.addObject().put("Id", Json.text(entry, "Id"));
      calls.get(calls.size() - 1).add(String.valueOf(Json.text(entry, "Name")));
    }
    return CompletableFuture.completedFuture(Queues.success(answer));
  }
}
