package dev.mailroom.relay.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport.Result;
import dev.mailroom.testkit.FaultPlan;
import dev.mailroom.testkit.LocalAws;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** {@link LocalAws} that throttles, fails, forgets to answer, and fails parts of batches. */
class FaultyAwsIT {

  private static LocalAws aws;
  private static SqsAsyncClient sqs;
  private static SnsAsyncClient sns;
  private static AwsTransport transport;

  private final String name = "f-" + UUID.randomUUID();

  @BeforeAll
  static void start() {
    aws = LocalAws.start();
    sqs = AwsClients.sqs(aws::configure);
    sns = AwsClients.sns(aws::configure);
    transport = AwsTransport.of(sqs, sns);
  }

  @AfterAll
  static void stop() {
    transport.close();
    sqs.close();
    sns.close();
    aws.close();
  }

  @BeforeEach
  void clear() {
    aws.faults().clear();
  }

  private static List<Result> send(String destination, List<OutboxEntry> batch) {
    return transport.send(destination, batch).toCompletableFuture().join();
  }

  @Test
  void throttlingAndServerErrorsAreTheDestinations() {
    String queue = aws.createQueue(name);
    for (FaultPlan plan :
        List.of(FaultPlan.NONE.withThrottle(1), FaultPlan.NONE.withServerError(1))) {
      aws.faults().on(name, plan);
      assertThat(send("sqs:" + name, Entry.batch("a", "b")))
          .hasSize(2)
          .hasOnlyElementsOfType(Result.Unavailable.class);
    }
    assertThat(aws.drain(queue)).isEmpty();
  }

  @Test
  void aLostAnswerIsNoAcceptanceThoughTheMessageIsThere() {
    String queue = aws.createQueue(name + ".fifo");
    aws.faults().on(name + ".fifo", FaultPlan.NONE.withLostResponse(1));
    List<OutboxEntry> batch = Entry.batch("a", "b");
    assertThat(send("sqs:" + name + ".fifo", batch))
        .hasSize(2)
        .hasOnlyElementsOfType(Result.Unavailable.class);
    aws.faults().clear();
    assertThat(send("sqs:" + name + ".fifo", batch)).hasOnlyElementsOfType(Result.Accepted.class);
    // Three attempts and one message each: the deduplication id stays the same.
    assertThat(aws.drain(queue)).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sqs:%s", "sqs:%s.fifo", "sns:%s", "sns:%s.fifo"})
  void whatIsAcceptedIsThereWhateverGoesWrong(String kind) {
    String destination = kind.formatted(name);
    String topic = destination.substring(4);
    String queue = aws.createQueue(topic);
    if (destination.startsWith("sns:")) {
      aws.subscribe(aws.createTopic(topic), topic, true);
    }
    long seed = new Random().nextLong();
    aws.faults().seed(seed);
    aws.faults()
        .on(
            topic,
            FaultPlan.NONE
                .withThrottle(0.2)
                .withServerError(0.1)
                .withLostResponse(0.1)
                .withPartialFailure(0.2));
    List<String> accepted = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      List<OutboxEntry> batch = Entry.batch("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
      accepted.addAll(accepted(batch, send(destination, batch), seed));
    }
    aws.faults().clear();
    List<String> there =
        aws.drain(queue).stream().map(m -> text(m.messageAttributes().get(WireFormat.ID))).toList();
    assertThat(there).as("seed %d", seed).containsAll(accepted);
    assertThat(accepted).as("seed %d", seed).isNotEmpty().hasSizeLessThan(200);
  }

  private static String text(@Nullable MessageAttributeValue value) {
    return value == null ? "" : value.stringValue();
  }

  /** The ids that were accepted; whatever was not may pass another time. */
  private static List<String> accepted(List<OutboxEntry> batch, List<Result> results, long seed) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      if (results.get(i) instanceof Result.Accepted) {
        ids.add(batch.get(i).message().id().toString());
      } else {
        assertThat(results.get(i))
            .as("seed %d", seed)
            .isInstanceOfAny(Result.Failed.class, Result.Unavailable.class);
      }
    }
    return ids;
  }
}
