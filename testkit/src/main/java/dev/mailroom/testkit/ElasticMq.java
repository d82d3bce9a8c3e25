package dev.mailroom.testkit;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.ActorSystem;
import org.elasticmq.NodeAddress;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/** ElasticMQ in this JVM, called over HTTP; it does the queueing behind {@link LocalAws}. */
final class ElasticMq implements Service, AutoCloseable {

  static final String ACCOUNT = "000000000000";

  private static final String LOOPBACK = "127.0.0.1";

  /** What makes the answers' bodies mean what they mean; the rest is about the connection. */
  private static final String QUERY_ERROR = "x-amzn-query-error";

  private final ActorSystem actors;
  private final SQSRestServer server;
  private final URI endpoint;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private ElasticMq(ActorSystem actors, SQSRestServer server) {
    this.actors = actors;
    this.server = server;
    InetSocketAddress address = server.waitUntilStarted().localAddress();
    this.endpoint = URI.create("http://" + LOOPBACK + ":" + address.getPort());
  }

  /**
   * @param visible where clients call; queue URLs name it
   */
  static ElasticMq start(URI visible, String region) {
    ActorSystem actors =
        ActorSystem.create("mailroom-elasticmq", config(), ElasticMq.class.getClassLoader());
    return new ElasticMq(
        actors,
        SQSRestServerBuilder.withActorSystem(actors)
            .withInterface(LOOPBACK)
            .withDynamicPort()
            .withServerAddress(new NodeAddress("http", visible.getHost(), visible.getPort(), ""))
            .withAWSRegion(region)
            .withAWSAccountId(ACCOUNT)
            .start());
  }

  private static Config config() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("pekko.loglevel", "WARNING");
    settings.put("pekko.daemonic", "on");
    settings.put("pekko.log-dead-letters", "off");
    settings.put("pekko.coordinated-shutdown.run-by-jvm-shutdown-hook", "off");
    settings.put("pekko.http.server.parsing.illegal-header-warnings", "off");
    // A long poll lasts up to 20 seconds, which is Pekko's own limit for any request.
    settings.put("pekko.http.server.request-timeout", "40 s");
    settings.put("pekko.http.server.max-connections", 8192);
    settings.put("pekko.http.server.parsing.max-content-length", "16m");
    return ConfigFactory.parseMap(settings)
        .withFallback(ConfigFactory.defaultReference(ElasticMq.class.getClassLoader()))
        .resolve();
  }

  /** Where it really listens: for calls that neither faults nor statistics may touch. */
  URI endpoint() {
    return endpoint;
  }

  @Override
  public CompletableFuture<Answer> call(Request request) {
    HttpRequest.Builder call =
        HttpRequest.newBuilder(endpoint.resolve(request.path()))
            .header(Answer.CONTENT_TYPE, request.contentType())
            .POST(BodyPublishers.ofString(request.body()));
    if (request.target() != null) {
      call.header("X-Amz-Target", request.target());
    }
    return http.sendAsync(call.build(), BodyHandlers.ofString()).thenApply(ElasticMq::answer);
  }

  private static Answer answer(HttpResponse<String> response) {
    Map<String, String> headers = new HashMap<>();
    for (String name : new String[] {Answer.CONTENT_TYPE, QUERY_ERROR}) {
      response.headers().firstValue(name).ifPresent(value -> headers.put(name, value));
    }
    return new Answer(response.statusCode(), headers, response.body());
  }

  @Override
  public void close() {
    server.stopAndWait();
    actors.terminate();
  }
}
