package dev.mailroom.relay.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.MailroomException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {

  private final Routes routes =
      new Routes(
          Map.of(
              "orders", SnsTopic.named("orders-prod"), "sqs:moved", SqsQueue.named("elsewhere")));

  @ParameterizedTest
  @CsvSource({
    "orders, SNS topic orders-prod",
    "sqs:moved, SQS queue elsewhere",
    "sqs:a-b_c, SQS queue a-b_c",
    "sns:t.fifo, SNS topic t.fifo",
    "arn:aws:sqs:eu-west-1:123456789012:q, SQS queue arn:aws:sqs:eu-west-1:123456789012:q",
    "arn:aws-cn:sns:cn-north-1:123456789012:t, SNS topic arn:aws-cn:sns:cn-north-1:123456789012:t",
    "https://sqs.eu-west-1.amazonaws.com/1/q, SQS queue https://sqs.eu-west-1.amazonaws.com/1/q",
    "http://localhost:9324/000000000000/q, SQS queue http://localhost:9324/000000000000/q",
  })
  void findsWhatADestinationMeans(String destination, String route) {
    assertThat(routes.of(destination)).hasToString(route);
  }

  @Test
  void sayWhatToWriteForADestinationWithoutARoute() {
    assertThatThrownBy(() -> routes.of("shipping"))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("'shipping'")
        .hasMessageContaining("[orders, sqs:moved]")
        .hasMessageContaining(".route(\"shipping\", SqsQueue.named(");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sqs:",
        "sqs:a b",
        "sqs:a.b",
        "sns:a.fifo.fifo",
        "arn:",
        "arn:aws:s3:::bucket",
        "arn:aws:sqs:eu-west-1:12:q",
        "arn:aws:sns:eu-west-1:123456789012:t:subscription",
        "https://host",
        "https://host/",
        "https://host/q?x=y",
      })
  void refuseWhatIsNoQueueOrTopic(String destination) {
    assertThatThrownBy(() -> routes.of(destination))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be");
  }

  @Test
  void holdNamesToTheirLength() {
    assertThat(SqsQueue.named("q".repeat(80)).name()).hasSize(80);
    assertThat(SqsQueue.named("q".repeat(75) + ".fifo").name()).hasSize(80);
    assertThat(SnsTopic.named("t".repeat(256)).name()).hasSize(256);
    assertThatThrownBy(() -> SqsQueue.named("q".repeat(81)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SqsQueue.named("q".repeat(76) + ".fifo"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SnsTopic.named("t".repeat(257)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takeTheNameFromArnAndUrl() {
    assertThat(SqsQueue.url("https://host/1/orders.fifo").name()).isEqualTo("orders.fifo");
    assertThat(SqsQueue.arn("arn:aws:sqs:eu-west-1:123456789012:orders.fifo").name())
        .isEqualTo("orders.fifo");
    assertThat(SnsTopic.arn("arn:aws:sns:eu-west-1:123456789012:orders").name())
        .isEqualTo("orders");
  }

  @Test
  void boundsOfARouteAreBounded() {
    assertThat(SqsQueue.named("q").maxBytes(1_024).maxBytes()).isEqualTo(1_024);
    assertThat(SnsTopic.named("t").maxBytes(1_048_576).maxBytes()).isEqualTo(1_048_576);
    assertThatThrownBy(() -> SqsQueue.named("q").maxBytes(1_023))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1023");
    assertThatThrownBy(() -> SnsTopic.named("t").maxBytes(1_048_577))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1048577");
  }

  @ParameterizedTest
  @CsvSource({
    // said by the queue, route's own, message, batch
    ", , 1048576, 1048576",
    "262144, , 262144, 262144",
    "2048, , 2048, 262144",
    "524288, , 524288, 1048576",
    "1048576, 4096, 4096, 4096",
    "4096, 8192, 4096, 8192",
  })
  void aQueueIsBoundBy(Integer said, Integer own, int message, int batch) {
    assertThat(SizeLimits.sqs(said, own)).isEqualTo(new SizeLimits(message, batch));
  }

  @ParameterizedTest
  @CsvSource({
    ", , 262144",
    "1048576, , 1048576",
    "1024, , 1024",
    ", 1048576, 1048576",
    ", 4096, 4096",
    "262144, 1048576, 262144",
    "1048576, 4096, 4096",
  })
  void aTopicIsBoundBy(Integer said, Integer own, int bytes) {
    assertThat(SizeLimits.sns(said, own)).isEqualTo(new SizeLimits(bytes, bytes));
  }
}
