package dev.mailroom.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JacksonCodecTest {

  record Order(String id, List<Item> items, Map<String, Integer> counts) {}

  record Item(int amount) {}

  private final Codec codec = JacksonCodec.create();

  @Test
  void whatIsEncodedComesBack() {
    Order order = new Order("7", List.of(new Item(3)), Map.of("a", 1));
    Message message = Message.to("orders").type("OrderPlaced").payload(order, codec).build();
    assertThat(codec.decode(message.payload(), Order.class)).isEqualTo(order);
  }

  @Test
  void propertiesThatAreNotKnownYetAreIgnoredUnlessTheMapperSaysOtherwise() {
    assertThat(codec.decode("{\"amount\":3,\"new\":1}", Item.class)).isEqualTo(new Item(3));
    assertThatExceptionOfType(Codec.Mismatch.class)
        .isThrownBy(
            () ->
                JacksonCodec.of(new ObjectMapper()).decode("{\"amount\":3,\"new\":1}", Item.class));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "secret",
        "{\"id\":\"secret\"",
        "{\"items\":[{\"amount\":\"secret\"}]}",
        "{\"counts\":{\"secret\":\"secret\"}}",
        "[\"secret\"]",
        "{} secret",
        "null",
        ""
      })
  void aMismatchSaysWhereAndQuotesNothing(String payload) {
    assertThatExceptionOfType(Codec.Mismatch.class)
        .isThrownBy(() -> codec.decode(payload, Order.class))
        .withMessageNotContaining("secret")
        .withNoCause();
  }

  @Test
  void theReasonNamesThePath() {
    assertThatExceptionOfType(Codec.Mismatch.class)
        .isThrownBy(() -> codec.decode("{\"items\":[{\"amount\":\"x\"}]}", Order.class))
        .withMessageContaining("at items.[0].amount, line 1, column");
  }
}
