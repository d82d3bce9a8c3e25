package dev.mailroom.relay;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelayTest {

  private static final Duration LONG = Duration.ofDays(1);

  private static Relay.Builder builder() {
    Random random = new Random(1);
    MemoryBroker broker = new MemoryBroker(new VirtualTimeline(random, Duration.ZERO), random);
    return Relay.builder().store(new MemoryOutbox(() -> false)).transport(broker);
  }

  private static void set(Relay.Builder builder, String setting, int value) {
    switch (setting) {
      case "window" -> builder.window(value);
      case "batchesInFlight" -> builder.batchesInFlight(value);
      default -> builder.attempts(value);
    }
  }

  @ParameterizedTest
  @CsvSource({"window, 10, 100000", "batchesInFlight, 1, 1000", "attempts, 1, 1000"})
  void boundsItsNumbersOnBothSides(String setting, int min, int max) {
    set(builder(), setting, min);
    set(builder(), setting, max);
    for (int wrong : new int[] {min - 1, max + 1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> set(builder(), setting, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(setting + " must be " + min + " to " + max + ": " + wrong);
    }
  }

  private static void set(Relay.Builder builder, String setting, Duration value) {
    switch (setting) {
      case "backoff" -> builder.backoff(value, value);
      case "poll" -> builder.poll(value, value);
      default -> builder.drainTimeout(value);
    }
  }

  @ParameterizedTest
  @CsvSource({"backoff", "poll", "drainTimeout"})
  void boundsItsTimesOnBothSides(String setting) {
    set(builder(), setting, Duration.ofNanos(1));
    set(builder(), setting, LONG);
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
    for (Duration wrong :
        new Duration[] {Duration.ZERO, Duration.ofNanos(-1), LONG.plusNanos(1), longest}) {
      assertThatThrownBy(() -> set(builder(), setting, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(setting + " must be")
          .hasMessageEndingWith(": " + wrong);
    }
  }

  @Test
  void backoffBeginsAtOrBelowItsCap() {
    builder().backoff(Duration.ofMillis(5), Duration.ofMillis(5));
    assertThatThrownBy(() -> builder().backoff(Duration.ofMillis(6), Duration.ofMillis(5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("backoff must begin at or below its cap PT0.005S: PT0.006S");
  }

  @Test
  void needsAStoreAndATransport() {
    MemoryOutbox store = new MemoryOutbox(() -> false);
    assertThatThrownBy(() -> Relay.builder().store(store).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Relay.Builder.store and .transport");
    assertThatThrownBy(() -> Relay.builder().build()).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void startsOnce() {
    try (Relay relay = builder().build()) {
      relay.start();
      assertThatThrownBy(relay::start).isInstanceOf(IllegalStateException.class);
    }
    Relay closed = builder().build();
    closed.close();
    closed.close();
    assertThatThrownBy(closed::start).isInstanceOf(IllegalStateException.class);
  }
}
