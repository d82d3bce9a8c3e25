package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.Headers;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.WireFormat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

class UnwrappingTest {

  private static final Unwrapping UNWRAPPING =
      new Unwrapping("billing", null, new Findings("billing", InboxListener.NONE));

  private static final String ENVELOPE =
      """
      {
        "Type" : "Notification",
        "MessageId" : "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn" : "arn:aws:sns:us-east-1:123456789012:orders",
        "Subject" : "x",
        "Message" : "{\\"total\\": 3}",
        "Timestamp" : "2026-05-02T00:54:06.655Z",
        "Unknown" : {"Type": "deep", "list": [1, {"Message": "deeper"}]},
        "MessageAttributes" : {%s}
      }
      """;

  private static Map<String, MessageAttributeValue> attributes(String... namesAndValues) {
    Map<String, MessageAttributeValue> attributes = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      attributes.put(namesAndValues[i], attribute("String", namesAndValues[i + 1]));
    }
    return attributes;
  }

  private static MessageAttributeValue attribute(String type, String value) {
    return MessageAttributeValue.builder().dataType(type).stringValue(value).build();
  }

  private static ReceivedMessage unwrap(
      String body, Map<String, MessageAttributeValue> attributes) {
    return UNWRAPPING.unwrap(delivery(body, attributes));
  }

  private static Delivery delivery(String body, Map<String, MessageAttributeValue> attributes) {
    return new Delivery(
        software.amazon.awssdk.services.sqs.model.Message.builder()
            .messageId("sqs-id")
            .receiptHandle("receipt")
            .body(body)
            .attributes(
                Map.of(
                    MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "3",
                    MessageSystemAttributeName.SENT_TIMESTAMP, "1000",
                    MessageSystemAttributeName.MESSAGE_GROUP_ID, "order-7"))
            .messageAttributes(attributes)
            .build(),
        false,
        0);
  }

  @Test
  void whatARelayWroteComesBackWhole() {
    Message sent =
        Message.to("orders")
            .type("OrderPlaced")
            .binary("bytes".getBytes(StandardCharsets.UTF_8))
            .header("tenant", "a")
            .build();
    Instant written = Instant.parse("2026-11-24T10:15:30.123456Z");
    Map<String, MessageAttributeValue> wire = new HashMap<>();
    WireFormat.attributes(sent, written)
        .asMap()
        .forEach(
            (name, value) ->
                wire.put(name, attribute(WireFormat.dataType(value), value.toString())));
    ReceivedMessage received = unwrap(sent.payload(), wire);
    assertThat(received.id()).isEqualTo(sent.id().toString());
    assertThat(received.type()).contains("OrderPlaced");
    assertThat(received.key()).contains("order-7");
    assertThat(received.headers()).isEqualTo(sent.headers());
    assertThat(received.createdAt()).contains(written);
    assertThat(received.sentAt()).contains(Instant.ofEpochMilli(1000));
    assertThat(received.receiveCount()).isEqualTo(3);
    assertThat(received.source()).isEqualTo("billing");
    assertThat(received.binaryPayload()).asString().isEqualTo("bytes");
  }

  @Test
  void aForeignMessageHasTheIdThatSqsGaveIt() {
    ReceivedMessage received = unwrap("hello", attributes("colour", "red"));
    assertThat(received.id()).isEqualTo("sqs-id");
    assertThat(received.type()).isEmpty();
    assertThat(received.createdAt()).isEmpty();
    assertThat(received.headers().text("colour")).contains("red");
  }

  @Test
  void anEnvelopeOfMailroomsMessageIsTakenOff() {
    String in =
        """
        "mailroom-id": {"Type":"String","Value":"m-1"},
        "mailroom-type": {"Type":"String","Value":"OrderPlaced"},
        "size": {"Type":"Number","Value":"3"},
        "tags": {"Type":"String.Array","Value":"[\\"a\\",\\"b\\"]"},
        "blob": {"Type":"Binary","Value":"AQID"},
        "odd": 7
        """;
    ReceivedMessage received = unwrap(ENVELOPE.formatted(in), Map.of());
    assertThat(received.id()).isEqualTo("m-1");
    assertThat(received.type()).contains("OrderPlaced");
    assertThat(received.payload()).isEqualTo("{\"total\": 3}");
    assertThat(received.headers())
        .isEqualTo(
            Headers.parse("{\"size\":3,\"tags\":[\"a\",\"b\"],\"blob\":{\"base64\":\"AQID\"}}"));
  }

  @Test
  void anEnvelopeOfAForeignMessageGivesTheIdOfSns() {
    ReceivedMessage received = unwrap(ENVELOPE.formatted(""), Map.of());
    assertThat(received.id()).isEqualTo("22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324");
    assertThat(received.payload()).isEqualTo("{\"total\": 3}");
  }

  @Test
  void aPayloadThatLooksLikeAnEnvelopeStaysAPayload() {
    String payload = ENVELOPE.formatted("");
    assertThat(unwrap(payload, attributes("mailroom-id", "m-1")).payload()).isEqualTo(payload);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{",
        "[]",
        "{\"Type\":\"Notification\"}",
        "{\"Type\":\"Notification\",\"MessageId\":\"i\",\"TopicArn\":\"t\"}",
        "{\"Type\":\"Notification\",\"MessageId\":\"i\",\"TopicArn\":\"t\",\"Message\":7}",
        "{\"Type\":\"Other\",\"MessageId\":\"i\",\"TopicArn\":\"t\",\"Message\":\"m\"}",
        "{\"Type\":\"Notification\",\"MessageId\":\"i\",\"TopicArn\":\"t\",\"Message\":\"m\"} x",
        "{\"Type\":\"Notification\",\"MessageId\":\"i\",\"TopicArn\":\"t\",\"Message\":\"m\"",
        "{\"deep\":{\"Type\":\"Notification\",\"MessageId\":\"i\",\"TopicArn\":\"t\",\"Message\":\"m\"}}"
      })
  void otherJsonIsAPlainBody(String body) {
    ReceivedMessage received = unwrap(body, Map.of());
    assertThat(received.payload()).isEqualTo(body);
    assertThat(received.id()).isEqualTo("sqs-id");
  }

  @Test
  void attributesThatAreNotWhatTheySayAreText() {
    Map<String, MessageAttributeValue> odd = new HashMap<>();
    odd.put("number", attribute("Number.int", "many"));
    odd.put("list", attribute("String.Array", "[1,"));
    odd.put("labelled", attribute("String.url", "x"));
    odd.put(
        "bytes",
        MessageAttributeValue.builder()
            .dataType("Binary.png")
            .binaryValue(SdkBytes.fromByteArray(new byte[] {1, 2, 3}))
            .build());
    assertThat(unwrap("b", odd).headers())
        .isEqualTo(
            Headers.parse(
                "{\"number\":\"many\",\"list\":\"[1,\",\"labelled\":\"x\","
                    + "\"bytes\":{\"base64\":\"AQID\"}}"));
  }

  @Test
  void brokenHeadersFailButCanBeReported() {
    Delivery broken = delivery("secret", attributes("mailroom-headers", "{"));
    Unwrapping unwrapping = UNWRAPPING;
    assertThatExceptionOfType(InvalidMessage.class).isThrownBy(() -> unwrapping.unwrap(broken));
    assertThat(unwrapping.asItCame(broken).id()).isEqualTo("sqs-id");
  }

  @Test
  void logsNeverHoldPayloadOrHeaders() {
    Map<String, MessageAttributeValue> secret = attributes("token", "secret", "mailroom-id", "m");
    Delivery delivery = delivery("secret", secret);
    assertThat(delivery.toString()).doesNotContain("secret");
    assertThat(UNWRAPPING.unwrap(delivery).toString())
        .isEqualTo("message m from billing key order-7 (delivery 3)");
  }
}
