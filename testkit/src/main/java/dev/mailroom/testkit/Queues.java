package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The queues themselves, without faults or statistics: typed access to ElasticMQ. */
final class Queues {

  static final String JSON = "application/x-amz-json-1.0";
  static final String TARGET = "AmazonSQS.";

  private final Service elasticMq;
  private final URI endpoint;

  Queues(Service elasticMq, URI endpoint) {
    this.elasticMq = elasticMq;
    this.endpoint = endpoint;
  }

  /** Errors come back as answers in the words of SQS. */
  CompletableFuture<Answer> call(String action, ObjectNode body) {
    return elasticMq
        .call(new Request("/", JSON, TARGET + action, Json.write(body)))
        .thenApply(SqsErrors::normal);
  }

  /** A call that is not AWS JSON: the older Query protocol, as it came. */
  CompletableFuture<Answer> call(Request request) {
    return elasticMq.call(request);
  }

  String url(String queue) {
    return endpoint + "/" + ElasticMq.ACCOUNT + "/" + queue;
  }

  static boolean isFifo(String queue) {
    return queue.endsWith(".fifo");
  }

  /** The queue's name in a URL, or the whole if there is no slash. */
  static String name(@Nullable String url) {
    return url == null ? "" : url.substring(url.lastIndexOf('/') + 1);
  }

  static Answer success(ObjectNode body) {
    return new Answer(200, Map.of(Answer.CONTENT_TYPE, JSON), Json.write(body));
  }
}
