package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageRulesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"\t\n\r", " ", "\uD7FF", "\uE000", "\uFFFD", "\uD800\uDC00", "\uDBFF\uDFFF"})
  void allows(String body) {
    assertThatCode(() -> MessageRules.SQS.check(body, Map.of())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u0000", "\u0008", "\u000B", "\u001F", "\uFFFE", "\uFFFF", "\uD800x", "\uDC00"})
  void refuses(String body) {
    assertThat(code(MessageRules.SQS, body, Map.of())).isEqualTo("InvalidMessageContents");
    assertThat(code(MessageRules.SNS, body, Map.of())).isEqualTo("InvalidParameter");
    assertThat(code(MessageRules.SQS, "x", Map.of("a", new Attribute("String", body, null))))
        .isEqualTo("InvalidMessageContents");
  }

  @ParameterizedTest
  @CsvSource({
    "a, String, x, true",
    "A_b-c.9, String.label, x, true",
    "awsome, Number, 1e126, true",
    "a, Number.int, -12.50, true",
    "a, String.Array, [], true",
    ".a, String, x, false",
    "a., String, x, false",
    "a..b, String, x, false",
    "aws.a, String, x, false",
    "Amazon.a, String, x, false",
    "a b, String, x, false",
    "a, Text, x, false",
    "a, String., x, false",
    "a, '', x, false",
    "a, String, '', false",
    "a, Number, one, false",
    "a, Number, 1e127, false",
    "a, Binary, x, false"
  })
  void attributes(String name, String type, String value, boolean allowed) {
    Map<String, Attribute> attributes = Map.of(name, new Attribute(type, value, null));
    if (allowed) {
      assertThatCode(() -> MessageRules.SQS.check("x", attributes)).doesNotThrowAnyException();
    } else {
      assertThat(code(MessageRules.SQS, "x", attributes)).isEqualTo("InvalidParameterValue");
      assertThat(code(MessageRules.SNS, "x", attributes)).isEqualTo("ParameterValueInvalid");
    }
  }

  @Test
  void groups() {
    assertThat(MessageRules.isGroup("a-Z_0!~")).isTrue();
    assertThat(MessageRules.isGroup("x".repeat(128))).isTrue();
    assertThat(MessageRules.isGroup("x".repeat(129))).isFalse();
    assertThat(MessageRules.isGroup("a b")).isFalse();
    assertThat(MessageRules.isGroup("ä")).isFalse();
    assertThat(MessageRules.isGroup("")).isFalse();
  }

  private static String code(MessageRules rules, String body, Map<String, Attribute> attributes) {
    return catchThrowableOfType(ServiceError.class, () -> rules.check(body, attributes)).code();
  }
}
