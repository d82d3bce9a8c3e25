package dev.mailroom.relay.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.MailroomException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegionsTest {

  private final Regions regions = new Regions("eu-west-1", "eu-central-1");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:sqs:us-east-1:123456789012:q",
        "https://sqs.us-east-1.amazonaws.com/123456789012/q",
        "https://sqs-fips.us-east-1.amazonaws.com/123456789012/q",
        "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q",
        "https://vpce-0a1-b2.sqs.us-east-1.vpce.amazonaws.com/123456789012/q",
        "https://sqs.us-east-1.api.aws/123456789012/q",
        "arn:aws:sns:eu-west-1:123456789012:t",
      })
  void refuseAnotherRegionThanTheClients(String destination) {
    Route route = new Routes(java.util.Map.of()).of(destination);
    assertThatThrownBy(() -> regions.check(route))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(destination)
        .hasMessageContaining("but its client calls eu-");
    assertThat(new Regions(null, null).check(route)).isSameAs(route);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sqs:q",
        "sns:t",
        "arn:aws:sqs:eu-west-1:123456789012:q",
        "https://sqs.eu-west-1.amazonaws.com/123456789012/q",
        "https://queue.example.org/123456789012/q",
        "arn:aws:sns:eu-central-1:123456789012:t",
      })
  void takeTheirOwnAndWhatHasNone(String destination) {
    Route route = new Routes(java.util.Map.of()).of(destination);
    assertThat(regions.check(route)).isSameAs(route);
  }

  @Test
  void areCheckedWhenATransportIsBuilt() {
    try (var sqs = AwsClients.sqs(TestClients::inEurope);
        var sns = AwsClients.sns(TestClients::inEurope)) {
      var builder =
          AwsTransport.builder(sqs, sns)
              .route("far", SqsQueue.arn("arn:aws:sqs:us-east-1:123456789012:q"));
      assertThatThrownBy(builder::build)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("us-east-1")
          .hasMessageContaining("eu-west-1");
      try (AwsTransport transport = AwsTransport.of(sqs, sns)) {
        assertThatThrownBy(() -> transport.limits("arn:aws:sns:us-east-1:123456789012:t"))
            .isInstanceOf(MailroomException.class)
            .hasMessageContaining("us-east-1");
      }
    }
  }
}
