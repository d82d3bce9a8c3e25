package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

class FauxqsServerIT {

  private static final Path DIR =
      Path.of(System.getProperty("mailroom.fauxqs.dir", "../integration-tests/fauxqs"));

  @Test
  void deliversFromTopicToQueue() {
    assumeTrue(FauxqsServer.available(DIR), "Node with fauxqs in " + DIR);
    try (FauxqsServer server = FauxqsServer.startIn(DIR);
        SqsClient sqs = server.configure(SqsClient.builder()).build();
        SnsClient sns = server.configure(SnsClient.builder()).build()) {
      assertThat(server.endpoint().getHost()).isEqualTo("127.0.0.1");
      String queue = sqs.createQueue(r -> r.queueName("q")).queueUrl();
      String topic = sns.createTopic(r -> r.name("t")).topicArn();
      sns.subscribe(
          r ->
              r.topicArn(topic)
                  .protocol("sqs")
                  .endpoint("arn:aws:sqs:us-east-1:000000000000:q")
                  .attributes(Map.of("RawMessageDelivery", "true")));
      sns.publish(r -> r.topicArn(topic).message("x"));
      assertThat(sqs.receiveMessage(r -> r.queueUrl(queue).waitTimeSeconds(20)).messages())
          .extracting(Message::body)
          .containsExactly("x");
    }
  }

  @Test
  void endsWhenClosed() {
    assumeTrue(FauxqsServer.available(DIR), "Node with fauxqs in " + DIR);
    FauxqsServer server = FauxqsServer.startIn(DIR);
    server.close();
    assertThatThrownBy(
            () -> new Socket(InetAddress.getLoopbackAddress(), server.endpoint().getPort()).close())
        .isInstanceOf(IOException.class);
  }

  @Test
  void saysWhatIsMissing(@TempDir Path empty) {
    assertThat(FauxqsServer.available(empty)).isFalse();
    assertThatThrownBy(() -> FauxqsServer.startIn(empty))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("npm ci")
        .hasMessageContaining(empty.toString());
  }
}
