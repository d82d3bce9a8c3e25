package dev.mailroom.relay.aws;

import static dev.mailroom.relay.aws.ScriptedAws.xml;
import static dev.mailroom.relay.aws.ScriptedAws.xmlError;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport.Limits;
import dev.mailroom.relay.Transport.Result;
import dev.mailroom.relay.aws.ScriptedAws.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/** Answers of SNS that an emulator does not give on demand. */
class ScriptedSnsIT {

  private static final String ARN = "arn:aws:sns:us-east-1:000000000000:";

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
    aws.on("ListTopics", ScriptedSnsIT::page);
    aws.on("PublishBatch", published("0"));
    transport = AwsTransport.of(sqs, sns);
  }

  @AfterEach
  void close() {
    transport.close();
  }

  private List<Result> send(String destination, String... payloads) {
    return send(destination, Entry.batch(payloads)).join();
  }

  private CompletableFuture<List<Result>> send(String destination, List<OutboxEntry> batch) {
    return transport.send(destination, batch).toCompletableFuture();
  }

  /** Two pages; the second one is asked for with the token of the first. */
  private static Reply page(String request) {
    boolean second = request.contains("NextToken=more");
    return new Reply(
        200, second ? topics("", "orders", "orders.fifo") : topics("more", "others", "returns"));
  }

  private static String topics(String next, String... names) {
    StringBuilder members = new StringBuilder();
    for (String name : names) {
      members.append("<member><TopicArn>" + ARN + name + "</TopicArn></member>");
    }
    return xml("ListTopics", "<Topics>" + members + "</Topics><NextToken>" + next + "</NextToken>");
  }

  private static String published(String... ids) {
    StringBuilder members = new StringBuilder();
    for (String id : ids) {
      members.append("<member><Id>" + id + "</Id><MessageId>m</MessageId></member>");
    }
    return xml("PublishBatch", "<Successful>" + members + "</Successful>");
  }

  private static void topicSays(int maximumMessageSize) {
    aws.on(
        "GetTopicAttributes",
        xml(
            "GetTopicAttributes",
            "<Attributes><entry><key>MaximumMessageSize</key><value>"
                + maximumMessageSize
                + "</value></entry></Attributes>"));
  }

  @Test
  void everyEntryHasItsOwnResult() {
    aws.on(
        "PublishBatch",
        xml(
            "PublishBatch",
            """
            <Successful><member><Id>1</Id><MessageId>m</MessageId></member></Successful>
            <Failed>
              <member><Id>0</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member>
              <member><Id>2</Id><Code>InvalidParameter</Code><SenderFault>true</SenderFault></member>
              <member><Id>3</Id><Code>KMSThrottling</Code><SenderFault>true</SenderFault></member>
              <member><Id>4</Id><Code>KMSDisabled</Code><SenderFault>true</SenderFault></member>
            </Failed>
            """));
    assertThat(
            send(ARN + "orders", "0", "1", "2", "3", "4", "5").stream()
                .<Class<?>>map(Result::getClass))
        .containsExactly(
            Result.Failed.class,
            Result.Accepted.class,
            Result.Refused.class,
            Result.Failed.class,
            Result.Unavailable.class,
            Result.Failed.class);
  }

  @Test
  void oneBadMessageDoesNotCondemnItsBatch() {
    aws.on(
        "PublishBatch",
        request ->
            request.contains("bad")
                ? xmlError(400, "InvalidParameter")
                : new Reply(200, published("0")));
    assertThat(send(ARN + "orders", "a", "bad", "b").stream().<Class<?>>map(Result::getClass))
        .containsExactly(Result.Accepted.class, Result.Refused.class, Result.Accepted.class);
  }

  @Test
  void throttlingIsTheDestinations() {
    aws.on("PublishBatch", request -> xmlError(429, "Throttled"));
    assertThat(send(ARN + "orders", "a", "b")).hasOnlyElementsOfType(Result.Unavailable.class);
    assertThat(aws.calls("PublishBatch")).isEqualTo(1);
  }

  @Test
  void oneListingServesAllWhoAskAndAllNamesAreKept() {
    List<CompletableFuture<List<Result>>> sends =
        IntStream.range(0, 16)
            .mapToObj(i -> send(i % 2 == 0 ? "sns:orders" : "sns:orders.fifo", Entry.batch("a")))
            .toList();
    assertThat(sends.stream().flatMap(send -> send.join().stream()))
        .hasSize(16)
        .hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(send("sns:others", "a")).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(aws.calls("ListTopics")).isEqualTo(2);
  }

  @Test
  void aTopicThatIsMissingIsFoundOnceItIsThere() {
    List<Result> results = send("sns:later", "a");
    assertThat(((Result.Unavailable) results.get(0)).error())
        .contains("SNS topic later", "there is no topic of this name");
    aws.on("ListTopics", topics("", "later"));
    assertThat(send("sns:later", "a")).hasOnlyElementsOfType(Result.Accepted.class);
  }

  @Test
  void aTopicThatWasDeletedIsLookedUpAgain() {
    assertThat(send("sns:orders", "a")).hasOnlyElementsOfType(Result.Accepted.class);
    aws.on("PublishBatch", request -> xmlError(404, "NotFound"));
    assertThat(send("sns:orders", "a")).hasOnlyElementsOfType(Result.Unavailable.class);
    aws.on("PublishBatch", published("0"));
    assertThat(send("sns:orders", "a")).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(aws.calls("ListTopics")).isEqualTo(4);
  }

  @Test
  void aPageThatFailsIsNoVerdictAndPagesThatCameAreKept() {
    aws.on(
        "ListTopics",
        request -> request.contains("NextToken") ? xmlError(429, "Throttled") : page(request));
    assertThat(send("sns:orders", "a")).hasOnlyElementsOfType(Result.Unavailable.class);
    assertThat(send("sns:returns", "a")).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(aws.calls("ListTopics")).isEqualTo(2);
  }

  @Test
  void anArnNeedsNoListing() {
    assertThat(send(ARN + "orders", "a")).hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(aws.calls("ListTopics")).isZero();
  }

  @Test
  void theTopicsOwnLimitHolds() {
    int attributes = WireFormat.size(Entry.of("x").message()) - 1;
    assertThat(transport.limits("sns:orders")).isEqualTo(new Limits(false, 10, 262_144));
    assertThat(send("sns:orders", "a".repeat(262_145 - attributes)))
        .hasOnlyElementsOfType(Result.Unsendable.class);
    topicSays(1_048_576);
    assertThat(send("sns:orders", "a".repeat(262_145 - attributes)))
        .hasOnlyElementsOfType(Result.Accepted.class);
    assertThat(transport.limits("sns:orders").maxBytes()).isEqualTo(1_048_576);
  }

  @Test
  void theRoutesLimitHoldsWhereTheTopicDoesNotTell() {
    aws.on("GetTopicAttributes", request -> xmlError(403, "AuthorizationError"));
    try (var routed =
        AwsTransport.builder(sqs, sns)
            .route("orders", SnsTopic.named("orders").maxBytes(1_048_576))
            .build()) {
      assertThat(routed.limits("orders").maxBytes()).isEqualTo(1_048_576);
      assertThat(
              routed.send("orders", Entry.batch("a".repeat(300_000))).toCompletableFuture().join())
          .hasOnlyElementsOfType(Result.Accepted.class);
    }
  }
}
