package dev.mailroom.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mailroom.outbox.MailroomException.InvalidMessage;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {

  private static final UUID ID = UUID.fromString("0198c8a0-0000-7000-8000-000000000001");

  private static Message.Builder valid() {
    return Message.to("orders").id(ID).type("OrderPlaced").key("o-1").payload("{}");
  }

  private static Message.Builder with(String field, String value) {
    return switch (field) {
      case "destination" -> Message.to(value).type("OrderPlaced").payload("{}");
      case "type" -> valid().type(value);
      case "key" -> valid().key(value);
      default -> valid().payload(value);
    };
  }

  private static InvalidMessage refused(Message.Builder builder) {
    InvalidMessage error = catchThrowableOfType(InvalidMessage.class, builder::build);
    assertThat(error).as("nothing was refused").isNotNull();
    return error;
  }

  @Test
  void holdsWhatItWasGiven() {
    Message message = valid().header("tenant", "a").build();
    assertThat(message.id()).isEqualTo(ID);
    assertThat(message.destination()).isEqualTo("orders");
    assertThat(message.type()).isEqualTo("OrderPlaced");
    assertThat(message.key()).contains("o-1");
    assertThat(message.payload()).isEqualTo("{}");
    assertThat(message.headers().text("tenant")).contains("a");
    assertThat(valid().key(null).build().key()).isEmpty();
  }

  @Test
  void isGivenAnIdOfItsOwn() {
    Message.Builder builder = Message.to("orders").type("OrderPlaced").payload("{}");
    assertThat(builder.build().id().version()).isEqualTo(7);
    assertThat(builder.build().id()).isNotEqualTo(builder.build().id());
  }

  @Test
  void isEqualIfAllItHoldsIsEqual() {
    Message message = valid().header("a", "1").build();
    assertThat(valid().header("a", "1").build()).isEqualTo(message).hasSameHashCodeAs(message);
    List<UnaryOperator<Message.Builder>> changes =
        List.of(
            b -> b.id(new UUID(1, 1)),
            b -> b.type("Other"),
            b -> b.key(null),
            b -> b.header("a", 1),
            b -> b.payload("[]"),
            b -> b.deliverAt(Instant.EPOCH));
    for (UnaryOperator<Message.Builder> change : changes) {
      assertThat(change.apply(valid().header("a", "1")).build()).isNotEqualTo(message);
    }
    assertThat(Message.to("bills").id(ID).type("OrderPlaced").key("o-1").payload("{}").build())
        .isNotEqualTo(valid().build());
  }

  @Test
  void mayHaveATimeInMicroseconds() {
    assertThat(valid().build().deliverAt()).isEmpty();
    assertThat(valid().deliverAt(Instant.EPOCH).deliverAt(null).build().deliverAt()).isEmpty();
    assertThat(
            valid().deliverAt(Instant.parse("2026-11-24T12:00:00.123456789Z")).build().deliverAt())
        .contains(Instant.parse("2026-11-24T12:00:00.123456Z"));
  }

  @Test
  void boundsItsTimeOnBothSides() {
    Instant first = Instant.EPOCH;
    Instant last = Instant.parse("9999-12-31T23:59:59.999999999Z");
    valid().deliverAt(first).build();
    valid().deliverAt(last).build();
    for (Instant wrong :
        List.of(first.minusNanos(1), last.plusNanos(1), Instant.MIN, Instant.MAX)) {
      assertThat(refused(valid().deliverAt(wrong)))
          .hasMessageStartingWith(
              "deliverAt must be 1970-01-01T00:00:00Z to 9999-12-31T23:59:59.999999Z: ")
          .extracting(InvalidMessage::field)
          .isEqualTo("deliverAt");
    }
  }

  @Test
  void doesNotChangeWithItsBuilder() {
    Message.Builder builder = valid().header("a", "1");
    Message message = builder.build();
    builder.header("b", "2");
    assertThat(message.headers().asMap()).containsOnlyKeys("a");
  }

  @Test
  void bytesTravelAsBase64() {
    byte[] bytes = {0, 1, -1};
    Message message = valid().binary(bytes).build();
    assertThat(Base64.getDecoder().decode(message.payload())).isEqualTo(bytes);
    assertThat(message.headers().text(Message.ENCODING_HEADER)).contains("base64");
  }

  @ParameterizedTest
  @CsvSource({"destination, 512", "type, 256", "key, 128"})
  void boundsLengthsOnBothSides(String field, int max) {
    with(field, "x").build();
    with(field, "x".repeat(max)).build();

    InvalidMessage empty = refused(with(field, ""));
    assertThat(empty.field()).isEqualTo(field);
    assertThat(empty).hasMessage(field + " must have 1 to " + max + " characters, but has 0: \"\"");

    InvalidMessage tooLong = refused(with(field, "y".repeat(max + 1)));
    assertThat(tooLong.field()).isEqualTo(field);
    assertThat(tooLong)
        .hasMessage(
            field
                + (" must have 1 to " + max + " characters, but has " + (max + 1) + ": \"")
                + ("y".repeat(60) + "…\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"destination", "type", "payload"})
  void namesWhatIsMissing(String field) {
    assertThat(refused(with(field, null))).hasMessage(field + " is missing");
  }

  @Test
  void payloadHasAtLeastOneCharacter() {
    valid().payload(" ").build();
    assertThat(refused(valid().payload(""))).hasMessage("payload must have at least one character");
  }

  @ParameterizedTest
  @ValueSource(strings = {"destination", "key"})
  void takesVisibleAsciiOnly(String field) {
    for (char c = 0; c < 0x300; c++) {
      Message.Builder builder = with(field, "a" + c);
      if (c > 0x20 && c < 0x7F) {
        builder.build();
      } else {
        assertThat(refused(builder))
            .as("%s with U+%04X", field, (int) c)
            .hasMessageStartingWith(field + " has the character U+%04X at index 1", (int) c)
            .hasMessageContaining("ASCII letters, digits and punctuation, without spaces")
            .extracting(InvalidMessage::field)
            .isEqualTo(field);
      }
    }
  }

  /** The set of SQS: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF. */
  private static boolean brokersTake(int c) {
    return c == 0x9
        || c == 0xA
        || c == 0xD
        || (c >= 0x20 && c <= 0xD7FF)
        || (c >= 0xE000 && c <= 0xFFFD)
        || (c >= 0x10000 && c <= 0x10FFFF);
  }

  @Test
  void takesEachCharacterThatBrokersTakeAndNoOther() {
    int[] taken = IntStream.rangeClosed(0, 0x10FFFF).filter(MessageTest::brokersTake).toArray();
    valid().payload(new String(taken, 0, taken.length)).build();
    for (int c = 0; c <= 0x10FFFF; c++) {
      if (!brokersTake(c)) {
        String text = "ab" + Character.toString(c) + "c";
        for (String field : List.of("type", "payload")) {
          assertThat(refused(with(field, text)))
              .hasMessageStartingWith(field + " has the character U+%04X at index 2,", c)
              .hasMessageContaining("U+0020 to U+D7FF");
        }
        assertThat(refused(valid().header("h", text)).field()).isEqualTo("header 'h'");
        assertThat(refused(valid().header("h", List.of("fine", text))).field())
            .isEqualTo("header 'h'");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uD800", "\uDBFF", "\uDC00", "\uDFFF", "\uDC00\uD800"})
  void refusesHalfACharacter(String half) {
    assertThat(refused(valid().payload(half))).hasMessageContaining("at index 0");
    assertThat(refused(valid().payload("\uD83D\uDCEC" + half))).hasMessageContaining("at index 2");
  }

  @Test
  void tellsWhatToDoWithBinaryData() {
    assertThat(refused(valid().payload("\0")))
        .hasMessageContaining("U+0000")
        .hasMessageContaining("Message.Builder.binary");
  }

  @Test
  void neverShowsPayloadOrHeaderValues() {
    String secret = "S3CRET";
    Message message = valid().payload(secret).header("token", secret).build();
    assertThat(message.toString())
        .isEqualTo("OrderPlaced " + ID + " to orders key o-1")
        .doesNotContain(secret);

    List<Message.Builder> bad =
        List.of(
            valid().payload(secret).type(""),
            valid().payload(secret).key(" "),
            valid().payload(secret + "\0"),
            valid().payload(secret).header("", "x"),
            valid().header("h", secret + "\0"),
            valid().header("h", List.of(secret, "")));
    for (Message.Builder builder : bad) {
      assertThat(refused(builder)).hasMessageNotContaining(secret);
    }
  }

  @Test
  void headersAndIdMustNotBeNull() {
    assertThatThrownBy(() -> valid().id(null)).hasMessage("id");
    assertThatThrownBy(() -> valid().header(null, "x")).hasMessage("name");
    assertThatThrownBy(() -> valid().header("x", (Headers.Value) null)).hasMessage("value");
  }
}
