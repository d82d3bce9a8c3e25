package dev.mailroom.relay.aws;

import static dev.mailroom.relay.aws.ScriptedAws.accepted;
import static dev.mailroom.relay.aws.ScriptedAws.jsonError;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport.Limits;
import dev.mailroom.relay.Transport.Result;
import dev.mailroom.relay.aws.ScriptedAws.Reply;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/** Answers of SQS that an emulator does not give on demand. */
class ScriptedSqsIT {

  private static final String ORDERS = "sqs:orders";

  private static ScriptedAws aws;
  private static SqsAsyncClient sqs;
  private static SnsAsyncClient sns;
  private AwsTransport transport;

  @BeforeAll
  static void start() throws Exception {
    aws = new ScriptedAws();
    sqs = AwsClients.sqs(builder -> TestClients.at(aws.endpoint(), builder));
    sns = AwsClients.sns(builder -> TestClients.at(aws.endpoint(), builder));
  }

  @AfterAll
  static void stop() {
    sqs.close();
    sns.close();
    aws.close();
  }

  @BeforeEach
  void open() {
    aws.reset();
    transport = AwsTransport.of(sqs, sns);
  }

  @AfterEach
  void close() {
    transport.close();
  }

  private List<Result> send(String... payloads) {
    return send(Entry.batch(payloads));
  }

  private List<Result> send(List<OutboxEntry> batch) {
    return transport.send(ORDERS, batch).toCompletableFuture().join();
  }

  @Test
  void aDestinationIsLookedUpBeforeThereIsAnythingToSend() {
    transport.limits(ORDERS);
    Awaitility.await().until(() -> aws.calls("GetQueueAttributes") == 1);
    aws.on("SendMessageBatch", accepted("0"));
    assertThat(send("a")).containsExactly(new Result.Accepted());
    assertThat(aws.calls("GetQueueUrl")).isEqualTo(1);
  }

  @Test
  void aDestinationThatWasNotFoundAheadIsLookedUpAgain() {
    aws.on("GetQueueUrl", request -> jsonError(400, "QueueDoesNotExist"));
    transport.limits(ORDERS);
    Awaitility.await().until(() -> aws.calls("GetQueueUrl") == 1);
    aws.reset();
    aws.on("SendMessageBatch", accepted("0"));
    Awaitility.await().until(() -> send("a").equals(List.of(new Result.Accepted())));
  }

  @Test
  void everyEntryHasItsOwnResult() {
    aws.on(
        "SendMessageBatch",
        """
        {"Successful": [%s],
         "Failed": [
          {"Id": "0", "Code": "InternalError", "SenderFault": false, "Message": "inside"},
          {"Id": "2", "Code": "InvalidMessageContents", "SenderFault": true},
          {"Id": "3", "Code": "KmsThrottled", "SenderFault": true},
          {"Id": "4", "Code": "AccessDenied", "SenderFault": true},
          {"Id": "5", "Code": "SomethingNew", "SenderFault": true},
          {"Id": "6", "Code": "SomethingNew", "SenderFault": false}]}
        """
            .formatted(ScriptedAws.successes("1")));
    List<Result> results = send("0", "1", "2", "3", "4", "5", "6", "7");
    assertThat(results.stream().<Class<?>>map(Result::getClass))
        .containsExactly(
            Result.Failed.class,
            Result.Accepted.class,
            Result.Refused.class,
            Result.Failed.class,
            Result.Unavailable.class,
            Result.Refused.class,
            Result.Failed.class,
            Result.Failed.class);
    assertThat(results.get(0)).isEqualTo(new Result.Failed("InternalError: inside"));
    assertThat(((Result.Failed) results.get(7)).error()).contains("no result for this entry");
  }

  @Test
  void anEntryThatIsBothAcceptedAndFailedCountsAsFailed() {
    aws.on(
        "SendMessageBatch",
        "{\"Successful\":[%s],\"Failed\":[{\"Id\":\"0\",\"Code\":\"InternalError\",\"SenderFault\":false}]}"
            .formatted(ScriptedAws.successes("0")));
    assertThat(send("a")).hasOnlyElementsOfType(Result.Failed.class);
  }

  @ParameterizedTest
  @CsvSource({
    "400, RequestThrottled",
    "400, KmsThrottled",
    "429, SomethingNew",
    "500, InternalFailure",
    "503, ServiceUnavailable",
    "400, KmsDisabled",
    "403, AccessDenied",
    "403, ExpiredTokenException"
  })
  void whatIsTheDestinationsFaultIsSaidOfEveryEntryAfterOneCall(int status, String code) {
    aws.on("SendMessageBatch", request -> jsonError(status, code));
    List<Result> results = send("a", "b");
    assertThat(results).hasSize(2).hasOnlyElementsOfType(Result.Unavailable.class);
    assertThat(((Result.Unavailable) results.get(0)).error())
        .contains("SQS queue orders", code, "HTTP " + status);
    assertThat(aws.calls("SendMessageBatch")).isEqualTo(1);
  }

  @Test
  void aConnectionThatBreaksIsTriedOnceMore() {
    AtomicInteger calls = new AtomicInteger();
    aws.on(
        "SendMessageBatch",
        request -> calls.incrementAndGet() == 1 ? Reply.CUT : new Reply(200, accepted("0")));
    assertThat(send("a")).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(calls).hasValue(2);
  }

  @Test
  void aConnectionThatBreaksAlwaysIsGivenUpSoon() {
    aws.on("SendMessageBatch", request -> Reply.CUT);
    assertThat(send("a", "b")).hasSize(2).hasOnlyElementsOfType(Result.Unavailable.class);
    assertThat(aws.calls("SendMessageBatch")).isEqualTo(2);
  }

  @Test
  void aServiceThatIsNotThereIsUnavailable() {
    URI nowhere = URI.create("http://127.0.0.1:1");
    try (var lost = AwsClients.sqs(builder -> TestClients.at(nowhere, builder));
        var patient = AwsTransport.of(lost, sns)) {
      List<Result> results =
          patient.send(ORDERS, Entry.batch("a", "b")).toCompletableFuture().join();
      assertThat(results).hasSize(2).hasOnlyElementsOfType(Result.Unavailable.class);
      assertThat(((Result.Unavailable) results.get(0)).error())
          // Netty now and then waits for a connection although the first one was refused.
          .containsAnyOf("Connection refused", "Acquire operation took longer");
    }
  }

  @Test
  void aSilentServiceIsGivenUpEvenIfTheClientWouldWait() {
    aws.on("SendMessageBatch", request -> Reply.NEVER);
    try (var patient =
            SqsAsyncClient.builder().applyMutation(b -> TestClients.at(aws.endpoint(), b)).build();
        var hasty = AwsTransport.builder(patient, sns).timeout(Duration.ofMillis(500)).build()) {
      List<Result> results = hasty.send(ORDERS, Entry.batch("a", "b")).toCompletableFuture().join();
      assertThat(results).hasSize(2).hasOnlyElementsOfType(Result.Unavailable.class);
      assertThat(((Result.Unavailable) results.get(0)).error())
          .contains("no answer within 500 ms", "may have been accepted");
    }
  }

  @Test
  @Timeout(60)
  void theCallerNeverWaitsForCredentials() {
    CountDownLatch never = new CountDownLatch(1);
    try (var stuck =
            AwsClients.sqs(
                builder -> {
                  TestClients.at(aws.endpoint(), builder);
                  builder.credentialsProvider(
                      () -> {
                        await(never);
                        return AwsBasicCredentials.create("a", "b");
                      });
                });
        var hasty = AwsTransport.builder(stuck, sns).timeout(Duration.ofMillis(200)).build()) {
      List<CompletableFuture<List<Result>>> sends =
          IntStream.range(0, 20)
              .mapToObj(i -> hasty.send(ORDERS, Entry.batch("a")).toCompletableFuture())
              .toList();
      assertThat(sends.stream().flatMap(send -> send.join().stream()))
          .hasSize(20)
          .hasOnlyElementsOfType(Result.Unavailable.class);
    } finally {
      never.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aBatchThatIsTooLongMayPassInParts() {
    aws.on("SendMessageBatch", request -> jsonError(400, "BatchRequestTooLong"));
    assertThat(send("a", "b")).hasSize(2).hasOnlyElementsOfType(Result.TooLong.class);
    assertThat(send("a")).hasOnlyElementsOfType(Result.Refused.class);
  }

  @ParameterizedTest
  @CsvSource({
    "InvalidMessageContents, dev.mailroom.relay.Transport$Result$Refused",
    "SomethingNew, dev.mailroom.relay.Transport$Result$Unavailable"
  })
  void oneMessageDoesNotCondemnItsBatch(String code, Class<?> result) {
    aws.on(
        "SendMessageBatch",
        request -> request.contains("bad") ? jsonError(400, code) : new Reply(200, accepted("0")));
    List<Result> results = send("a", "bad", "b");
    assertThat(results.stream().<Class<?>>map(Result::getClass))
        .containsExactly(Result.Accepted.class, result, Result.Accepted.class);
    assertThat(aws.calls("SendMessageBatch")).isEqualTo(4);
  }

  @Test
  void aQueueIsLookedUpOnceForAll() {
    aws.on("SendMessageBatch", accepted("0"));
    Stream<CompletableFuture<List<Result>>> sends =
        IntStream.range(0, 16)
            .mapToObj(i -> transport.send(ORDERS, Entry.batch("a")).toCompletableFuture())
            .toList()
            .stream();
    assertThat(sends.flatMap(send -> send.join().stream()))
        .hasSize(16)
        .hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(aws.calls("GetQueueUrl")).isEqualTo(1);
    assertThat(aws.calls("GetQueueAttributes")).isEqualTo(1);
  }

  @Test
  void aFailedLookupIsNoVerdictAndIsTriedAgain() {
    AtomicInteger lookups = new AtomicInteger();
    aws.on(
        "GetQueueUrl",
        request ->
            lookups.incrementAndGet() == 1
                ? jsonError(400, "InvalidParameterValue")
                : new Reply(200, "{\"QueueUrl\":\"http://127.0.0.1/1/orders\"}"));
    aws.on("SendMessageBatch", accepted("0"));
    assertThat(send("a")).hasOnlyElementsOfType(Result.Unavailable.class);
    assertThat(send("a")).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(lookups).hasValue(2);
  }

  @Test
  void aQueueThatWasDeletedIsLookedUpAgain() {
    aws.on("SendMessageBatch", request -> jsonError(400, "QueueDoesNotExist"));
    assertThat(send("a")).hasOnlyElementsOfType(Result.Unavailable.class);
    aws.on("SendMessageBatch", accepted("0"));
    assertThat(send("a")).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(aws.calls("GetQueueUrl")).isEqualTo(2);
  }

  @Test
  void aLimitThatMayNotBeReadStaysTheDefault() {
    aws.on("GetQueueAttributes", request -> jsonError(403, "AccessDenied"));
    aws.on("SendMessageBatch", accepted("0"));
    assertThat(send("a".repeat(300_000))).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(transport.limits(ORDERS)).isEqualTo(new Limits(false, 10, 1_048_576));
  }

  @Test
  void theQueuesOwnLimitHoldsAndIsReadAgainAfterAMessageThatIsTooLarge() {
    aws.on("GetQueueAttributes", "{\"Attributes\":{\"MaximumMessageSize\":\"2048\"}}");
    aws.on("SendMessageBatch", accepted("0"));
    int attributes = WireFormat.size(Entry.of("x").message()) - 1;
    assertThat(transport.limits(ORDERS).maxBytes()).isEqualTo(1_048_576);
    assertThat(send("a".repeat(2048 - attributes))).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(transport.limits(ORDERS).maxBytes()).isEqualTo(262_144);

    String oneMore = "a".repeat(2049 - attributes);
    List<Result> results = send("small", oneMore);
    assertThat(results.get(0)).isInstanceOf(Result.Accepted.class);
    assertThat(((Result.Unsendable) results.get(1)).error())
        .contains("2049 bytes", "may have 2048");
    assertThat(aws.calls("SendMessageBatch")).isEqualTo(2);

    aws.on("GetQueueAttributes", "{\"Attributes\":{\"MaximumMessageSize\":\"1048576\"}}");
    assertThat(send(oneMore)).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(transport.limits(ORDERS).maxBytes()).isEqualTo(1_048_576);
  }

  @Test
  void noCallIsMadeForAMessageThatIsTooLargeAlone() {
    assertThat(send("a".repeat(1_048_576))).hasOnlyElementsOfType(Result.Unsendable.class);
    assertThat(aws.calls("SendMessageBatch")).isZero();
  }

  @Test
  void aBatchBeyondALimitThatWasJustLearnedIsTooLong() {
    aws.on("GetQueueAttributes", "{\"Attributes\":{\"MaximumMessageSize\":\"262144\"}}");
    assertThat(send("a".repeat(200_000), "b".repeat(200_000)))
        .hasSize(2)
        .hasOnlyElementsOfType(Result.TooLong.class);
    assertThat(aws.calls("SendMessageBatch")).isZero();
  }

  @Test
  void nothingIsSentOnceClosed() {
    transport.close();
    assertThat(((Result.Unavailable) send("a").get(0)).error()).contains("the transport is closed");
  }
}
