package dev.mailroom.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.Headers.Value;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderRulesTest {

  private static void passes(String name, Value value) {
    HeaderRules.check(Headers.of(Map.of(name, value)));
  }

  private static AbstractThrowableAssert<?, ?> refused(String name, Value value) {
    return assertThatThrownBy(() -> passes(name, value)).isInstanceOf(InvalidMessage.class);
  }

  private static Value text(String text) {
    return new Value.Text(text);
  }

  private static Value number(String digits) {
    return new Value.Numeric(new BigDecimal(digits));
  }

  private static Headers many(int count) {
    return Headers.of(
        IntStream.range(0, count).boxed().collect(Collectors.toMap(i -> "h" + i, i -> text("x"))));
  }

  @Test
  void atMostAHundred() {
    HeaderRules.check(many(100));
    assertThatThrownBy(() -> HeaderRules.check(many(101)))
        .hasMessage("headers must be at most 100, but are 101");
  }

  @Test
  void namesHaveABoundedLength() {
    passes("n".repeat(256), text("x"));
    refused("n".repeat(257), text("x"))
        .hasMessageStartingWith("header name must have 1 to 256 characters, but has 257: \"nnn");
    refused("", text("x")).hasMessageContaining("1 to 256 characters, but has 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "Z", "0", "_", "-", "a.b", "a.b.c", "aws", "awsome", "amazon"})
  void takesNamesOfTheBrokersAlphabet(String name) {
    passes(name, text("x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {".", ".a", "a.", "a..b", "a b", "ä", "a:b", "a/b", "a\n", "\0"})
  void refusesNamesOutsideIt(String name) {
    refused(name, text("x")).hasMessageStartingWith("header name \"" + name + "\" must be of A-Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"aws.x", "AWS.x", "Amazon.x", "mailroom-id", "Mailroom-X"})
  void refusesReservedNames(String name) {
    refused(name, text("x")).hasMessageContaining("\"" + name + "\" must not begin with \"");
  }

  @Test
  void refusesEmptyValues() {
    refused("h", text("")).hasMessageStartingWith("header 'h' must have at least one character");
    refused("h", new Value.Texts(List.of())).hasMessageContaining("at least one text");
    refused("h", new Value.Texts(List.of("a", ""))).hasMessageContaining("at least one character");
    refused("h", Value.Binary.of(new byte[0])).hasMessageContaining("at least one byte");
    passes("h", Value.Binary.of(new byte[1]));
  }

  @Test
  void refusesBytesThatAreNoBase64() {
    passes("h", new Value.Binary("AAA="));
    refused("h", new Value.Binary("A*")).hasMessageStartingWith("header 'h' is not Base64");
  }

  @Test
  void numbersHaveAtMost38DigitsAnd38Places() {
    String most = "9".repeat(38);
    for (String fine : List.of("0", "-1.5", most, "-" + most, "0." + most, "1E-38", "1E+37")) {
      passes("h", number(fine));
    }
    for (String bad : List.of(most + "9", "0." + most + "9", "1E-39", "1E+38", "99E+37", "1E+99")) {
      refused("h", number(bad))
          .as(bad)
          .hasMessageStartingWith("header 'h' must have at most 38 digits and 38 places, but has");
    }
  }

  /** The relay reads what the writer wrote: a number that passes here must pass there. */
  @Test
  void aNumberThatPassesStillPassesAfterItsJson() {
    for (int places = -60; places <= 60; places++) {
      for (int digits = 1; digits <= 40; digits++) {
        Value number = number("9".repeat(digits) + "E" + places);
        if (isTaken(number)) {
          Headers headers = Headers.of(Map.of("h", number));
          Headers read = Headers.parse(headers.toJson());
          assertThat(read).isEqualTo(headers);
          HeaderRules.check(read);
        }
      }
    }
  }

  private static boolean isTaken(Value value) {
    try {
      passes("h", value);
      return true;
    } catch (InvalidMessage e) {
      return false;
    }
  }

  @Test
  void numbersAreFinite() {
    Message.Builder builder = Message.to("orders");
    for (Number number : List.of(Double.NaN, Double.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)) {
      assertThatThrownBy(() -> builder.header("n", number))
          .isInstanceOf(InvalidMessage.class)
          .hasMessage("header 'n' must be a finite number: " + number);
    }
  }
}
