package dev.mailroom.inbox.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mailroom.outbox.MailroomException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** Payloads in S3: the SDK's own client, and a server that speaks as much of S3 as it takes. */
class S3PayloadIT {

  private static final String NEW = "software.amazon.payloadoffloading.PayloadS3Pointer";
  private static final String OLD = "com.amazon.sqs.javamessaging.MessageS3Pointer";

  private final Stage stage = new Stage("");
  private HttpServer server;
  private S3Client s3;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", S3PayloadIT::answer);
    server.start();
    s3 =
        S3Client.builder()
            .endpointOverride(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .build();
  }

  @AfterEach
  void stop() {
    stage.close();
    s3.close();
    server.stop(0);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    boolean known = path.equals("/large/here");
    String problem = path.equals("/large/secret") ? "AccessDenied" : "NoSuchKey";
    byte[] body =
        (known
                ? "the payload itself"
                : "<Error><Code>" + problem + "</Code><Message>no</Message></Error>")
            .getBytes(UTF_8);
    try (exchange) {
      int refusal = problem.equals("AccessDenied") ? 403 : 404;
      exchange.sendResponseHeaders(known ? 200 : refusal, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private void send(String type, String mark, String key) {
    Stage.AWS
        .sqs()
        .sendMessage(
            request ->
                request
                    .queueUrl(stage.url)
                    .messageBody(
                        "[\"%s\",{\"s3BucketName\":\"large\",\"s3Key\":\"%s\"}]"
                            .formatted(type, key))
                    .messageAttributes(
                        Map.of(
                            mark,
                            MessageAttributeValue.builder()
                                .dataType("Number")
                                .stringValue("18")
                                .build())));
  }

  @ParameterizedTest
  @CsvSource({NEW + ",ExtendedPayloadSize", OLD + ",SQSLargePayloadSize"})
  void aPointersPayloadIsFetched(String type, String mark) {
    send(type, mark, "here");
    stage.start(
        stage
            .consumer()
            .payloads(S3PayloadStore.of(s3, "large"))
            .onAny(
                (message, context) -> {
                  assertThat(message.headers().asMap()).isEmpty();
                  Stage.record(message, context);
                }));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactly("the payload itself");
  }

  @Test
  void aMissingObjectIsAClearFailureAndThePointerBecomesADeadLetter() {
    send(NEW, "ExtendedPayloadSize", "gone");
    stage.start(
        stage
            .consumer()
            .payloads(S3PayloadStore.of(s3, "large"))
            .deadLetters(1, (message, error) -> {})
            .onAny(Stage::record));
    stage.awaitEmptyQueue();
    assertThat(stage.heard.failures.peek()).hasMessageContaining("s3://large/gone does not exist");
    assertThat(stage.heard.deadLetters)
        .singleElement()
        .satisfies(message -> assertThat(S3Pointer.isIn(message)).isTrue())
        .satisfies(message -> assertThat(S3Pointer.of(message).key()).isEqualTo("gone"));
  }

  /** Who may not list the bucket is told so of objects that do not exist. */
  @Test
  void anObjectThatMayNotBeReadIsNamedWithAHint() {
    assertThatExceptionOfType(MailroomException.class)
        .isThrownBy(() -> S3PayloadStore.of(s3, "large").fetch("large", "secret"))
        .withMessageContaining("s3://large/secret may not be read")
        .withMessageContaining("s3:ListBucket")
        .withCauseInstanceOf(S3Exception.class);
  }

  @Test
  void otherBucketsAndObjectsTooLargeAreRefused() {
    send(NEW, "ExtendedPayloadSize", "here");
    stage.start(
        stage
            .consumer()
            .payloads(S3PayloadStore.of(s3, "large").maxBytes(17))
            .onAny(Stage::record));
    await().atMost(Stage.PATIENCE).until(() -> !stage.heard.failures.isEmpty());
    assertThat(stage.heard.failures.peek()).hasMessageContaining("more than 17 bytes");
    assertThat(
            org.junit.jupiter.api.Assertions.assertThrows(
                RuntimeException.class,
                () -> S3PayloadStore.of(s3, "other").fetch("large", "here")))
        .hasMessageContaining("not among those allowed");
  }

  @Test
  void withoutAStoreItIsAClearFailure() {
    send(NEW, "ExtendedPayloadSize", "here");
    stage.start(stage.consumer().onAny(Stage::record));
    await().atMost(Stage.PATIENCE).until(() -> !stage.heard.failures.isEmpty());
    assertThat(stage.heard.failures.peek()).hasMessageContaining("payloads(S3PayloadStore.of(…))");
  }
}
