package dev.mailroom.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.Headers.Value;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadersTest {

  private static final int RUNS = 2_000;

  @Test
  void theJsonFormLosesNothing() {
    long first = System.nanoTime();
    for (long seed = first; seed < first + RUNS; seed++) {
      Headers headers = new RandomHeaders(seed).next((int) (seed & 15));
      Headers read = Headers.parse(headers.toJson());
      assertThat(read).as("seed %s", seed).isEqualTo(headers);
      assertThat(read.asMap().keySet())
          .as("order, seed %s", seed)
          .containsExactlyElementsOf(headers.asMap().keySet());
      HeaderRules.check(read);
    }
  }

  /** The contract of the headers column, for writers in other languages. */
  @Test
  void theJsonFormIsThis() {
    Message message =
        Message.to("orders")
            .type("T")
            .payload("x")
            .header("text", "a \"quoted\" 📬")
            .header("number", new BigDecimal("1E+3"))
            .header("list", List.of("a", "b"))
            .header("bytes", new byte[] {1, 2, 3})
            .build();
    assertThat(message.headers().toJson())
        .isEqualTo(
            "{\"text\":\"a \\\"quoted\\\" 📬\",\"number\":1000,\"list\":[\"a\",\"b\"],"
                + "\"bytes\":{\"base64\":\"AQID\"}}");
  }

  @Test
  void readsWhatOtherWritersMayWrite() {
    Headers headers =
        Headers.parse(
            " {\"a\" : \"\\ud83d\\udcec\",\n\"b\": -1.50e2, \"c\": [ ], \"d\":{ \"base64\":\"AQ==\" } } ");
    assertThat(headers.asMap())
        .containsExactly(
            Map.entry("a", new Value.Text("📬")),
            Map.entry("b", new Value.Numeric(new BigDecimal("-150"))),
            Map.entry("c", new Value.Texts(List.of())),
            Map.entry("d", Value.Binary.of(new byte[] {1})));
    assertThat(Headers.parse("{}")).isEqualTo(Headers.none());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "x",
        "1",
        "null",
        "[]",
        "\"a\"",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":\"x\"",
        "{\"a\":\"x\",}",
        "{\"a\":[\"x\"",
        "{'a':\"x\"}",
        "{a:\"x\"}",
        "{\"a\":\"x\"} x",
        "{\"a\":\"x\"}{}",
        "{\"a\":\"x\"},",
        "{\"a\":1,\"a\":2}",
        "{\"a\":null}",
        "{\"a\":true}",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":{}}",
        "{\"a\":{\"b\":\"x\"}}",
        "{\"a\":{\"base64\":1}}",
        "{\"a\":{\"base64\":\"AQ==\",\"b\":\"x\"}}",
        "{\"a\":{\"base64\":\"AQ==\",\"base64\":\"AQ==\"}}",
        "{\"a\":{\"base64\":\"A\"}}",
        "{\"a\":{\"base64\":\"A*==\"}}",
        "{\"a\":{\"base64\":{\"base64\":\"AQ==\"}}}",
        "{\"a\":[1]}",
        "{\"a\":[null]}",
        "{\"a\":[[\"x\"]]}",
        "{\"a\":[{}]}",
        "{\"a\":\"line\nbreak\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":1} // comment",
        "{\"a\":1e99999999999}"
      })
  void refusesWhateverItDoesNotKnow(String json) {
    assertThatThrownBy(() -> Headers.parse(json))
        .isInstanceOf(InvalidMessage.class)
        .hasMessageStartingWith("header");
  }

  /** What the parser bounds by itself is a bad row like any other, not a failure of the relay. */
  @Test
  void refusesWhatIsTooLongToParse() {
    List<String> tooLong =
        List.of(
            "{\"a\":" + "1".repeat(1_001) + "}",
            "{\"" + "n".repeat(50_001) + "\":1}",
            "{\"a\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}");
    for (String json : tooLong) {
      assertThatThrownBy(() -> Headers.parse(json)).isInstanceOf(InvalidMessage.class);
    }
  }

  @Test
  void namesTheHeaderAtFault() {
    assertThatThrownBy(() -> Headers.parse("{\"good\":1,\"bad\":true}"))
        .isInstanceOf(InvalidMessage.class)
        .extracting(e -> ((InvalidMessage) e).field())
        .isEqualTo("header 'bad'");
  }

  @Test
  void areACopyThatNobodyCanChange() {
    Map<String, Value> values = new LinkedHashMap<>(Map.of("a", new Value.Text("x")));
    Headers headers = Headers.of(values);
    values.clear();
    assertThat(headers.asMap()).containsOnlyKeys("a");
    assertThatThrownBy(() -> headers.asMap().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    byte[] bytes = {1};
    Value.Binary binary = Value.Binary.of(bytes);
    bytes[0] = 2;
    binary.bytes()[0] = 3;
    assertThat(binary.bytes()).containsExactly(1);
  }

  @Test
  void showsEachKindAsText() {
    Headers headers =
        Headers.parse("{\"a\":\"x\",\"b\":1.50,\"c\":[\"x\",\"y\"],\"d\":{\"base64\":\"AQ==\"}}");
    assertThat(headers.text("a")).contains("x");
    assertThat(headers.text("b")).contains("1.50");
    assertThat(headers.text("c")).contains("[\"x\",\"y\"]");
    assertThat(headers.text("d")).contains("AQ==");
    assertThat(headers.text("e")).isEmpty();
    assertThat(headers.isEmpty()).isFalse();
    assertThat(Headers.none().isEmpty()).isTrue();
  }
}
