package dev.mailroom.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.Headers.Value;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireFormatTest {

  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final Instant TIME = Instant.parse("2026-11-24T10:00:00.123456789Z");

  private static Message message(Headers headers) {
    return Message.to("orders").type("OrderPlaced").payload("{}").headers(headers).build();
  }

  /** Headers with a traceparent somewhere among them, or without. */
  private static Headers headers(long seed, int count, boolean traced) {
    Map<String, Value> plain = new RandomHeaders(seed).next(traced ? count - 1 : count).asMap();
    if (!traced) {
      return Headers.of(plain);
    }
    int at = new Random(seed).nextInt(count);
    Map<String, Value> all = new LinkedHashMap<>();
    plain.forEach(
        (name, value) -> {
          if (all.size() == at) {
            all.put(WireFormat.TRACEPARENT, new Value.Text(TRACE));
          }
          all.put(name, value);
        });
    all.putIfAbsent(WireFormat.TRACEPARENT, new Value.Text(TRACE));
    return Headers.of(all);
  }

  @Test
  void neverMoreThanEightAttributesAndNothingIsLost() {
    long first = System.nanoTime();
    for (int count = 0; count <= HeaderRules.MAX_HEADERS; count++) {
      for (boolean traced : count == 0 ? List.of(false) : List.of(false, true)) {
        long seed = first + count;
        Message message = message(headers(seed, count, traced));
        Headers attributes = WireFormat.attributes(message, TIME);

        String about = "%d headers, traced %s, seed %d".formatted(count, traced, seed);
        assertThat(attributes.asMap()).as(about).hasSize(Math.min(3 + count, 8));
        assertThat(attributes.asMap().containsKey(WireFormat.OVERFLOW))
            .as(about)
            .isEqualTo(count > 5);
        assertThat(attributes.asMap().containsKey(WireFormat.TRACEPARENT))
            .as("traceparent travels by itself, " + about)
            .isEqualTo(traced);
        assertThat(WireFormat.headers(attributes).asMap())
            .as(about)
            .isEqualTo(message.headers().asMap());
      }
    }
  }

  @Test
  void headersKeepTheirOrderAndTheFirstTravelByThemselves() {
    Message.Builder builder = Message.to("orders").type("T").payload("x");
    for (int i = 0; i < 9; i++) {
      builder.header("h" + i, "v" + i);
    }
    Message message = builder.header(WireFormat.TRACEPARENT, TRACE).build();
    Headers attributes = WireFormat.attributes(message, TIME);
    assertThat(attributes.asMap().keySet())
        .containsExactly(
            "mailroom-id",
            "mailroom-type",
            "mailroom-time",
            "traceparent",
            "h0",
            "h1",
            "h2",
            "mailroom-headers");
    assertThat(attributes.text(WireFormat.OVERFLOW))
        .contains(
            "{\"h3\":\"v3\",\"h4\":\"v4\",\"h5\":\"v5\",\"h6\":\"v6\",\"h7\":\"v7\",\"h8\":\"v8\"}");
    assertThat(attributes.text(WireFormat.ID)).contains(message.id().toString());
    assertThat(attributes.text(WireFormat.TYPE)).contains("T");
  }

  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z, 1970-01-01T00:00:00.000000Z",
    "2026-11-24T10:00:00.1Z, 2026-11-24T10:00:00.100000Z",
    "2026-11-24T10:00:00.123456789Z, 2026-11-24T10:00:00.123456Z",
    "2026-11-24T10:00:00.999999999Z, 2026-11-24T10:00:00.999999Z"
  })
  void theTimeAlwaysHasMicroseconds(Instant time, String text) {
    Headers attributes = WireFormat.attributes(message(Headers.none()), time);
    assertThat(attributes.text(WireFormat.TIME)).contains(text);
    assertThat(text).hasSize(27);
  }

  @Test
  void theSizeIsWhatBrokersCount() {
    long first = System.nanoTime();
    for (long seed = first; seed < first + 500; seed++) {
      RandomHeaders random = new RandomHeaders(seed);
      Message message =
          Message.to("orders")
              .type(random.text())
              .payload(random.text())
              .headers(random.next((int) (seed & 31)))
              .build();
      assertThat(WireFormat.size(message)).as("seed %s", seed).isEqualTo(counted(message));
    }
  }

  private static int counted(Message message) {
    int bytes = message.payload().getBytes(UTF_8).length;
    for (var entry : WireFormat.attributes(message, TIME).asMap().entrySet()) {
      Value value = entry.getValue();
      String type =
          Map.of(
                  Value.Text.class, "String",
                  Value.Numeric.class, "Number",
                  Value.Texts.class, "String.Array",
                  Value.Binary.class, "Binary")
              .get(value.getClass());
      assertThat(WireFormat.dataType(value)).isEqualTo(type);
      byte[] content =
          value instanceof Value.Binary binary ? binary.bytes() : value.toString().getBytes(UTF_8);
      bytes += entry.getKey().getBytes(UTF_8).length + type.length() + content.length;
    }
    return bytes;
  }

  @Test
  void theSizeIsTheSameAtAnyTime() {
    Message message = message(new RandomHeaders(1).next(10));
    for (Instant time : List.of(Instant.EPOCH, TIME, Instant.parse("9999-12-31T23:59:59Z"))) {
      Headers attributes = WireFormat.attributes(message, time);
      assertThat(WireFormat.size(message.payload(), attributes))
          .isEqualTo(WireFormat.size(message));
    }
  }

  @Test
  void packedHeadersThatCannotBeReadAreAnError() {
    Headers attributes = Headers.of(Map.of(WireFormat.OVERFLOW, new Value.Text("{")));
    assertThatThrownBy(() -> WireFormat.headers(attributes)).isInstanceOf(InvalidMessage.class);
  }

  @Test
  void leavesOutWhatIsMailroomsOwn() {
    Headers attributes =
        Headers.of(Map.of("mailroom-later", new Value.Text("x"), "tenant", new Value.Text("a")));
    assertThat(WireFormat.headers(attributes).asMap()).containsOnlyKeys("tenant");
  }
}
