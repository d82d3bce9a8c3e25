package dev.mailroom.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelayTest {

  private static final Duration LONG = Duration.ofDays(1);

  private static Relay.Builder builder() {
    return Relay.builder().store(new Nowhere()).transport(new Nowhere());
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
  void backoffAndPollDoNotFall() {
    builder().backoff(Duration.ofMillis(5), Duration.ofMillis(5));
    builder().poll(Duration.ofMillis(5), Duration.ofMillis(5));
    assertThatThrownBy(() -> builder().backoff(Duration.ofMillis(6), Duration.ofMillis(5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("backoff: the first must be at most the second, PT0.005S: PT0.006S");
    assertThatThrownBy(() -> builder().poll(Duration.ofMillis(6), Duration.ofMillis(5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("poll: the first must be at most the second, PT0.005S: PT0.006S");
  }

  @Test
  void refusesNull() {
    for (Consumer<Relay.Builder> wrong :
        List.<Consumer<Relay.Builder>>of(
            builder -> builder.store(null),
            builder -> builder.store("sales", null),
            builder -> builder.transport(null),
            builder -> builder.listener(null),
            builder -> builder.deadLetters(null),
            builder -> builder.timeline(null),
            builder -> builder.storeThreads(null),
            builder -> builder.leaseThread(null))) {
      assertThatThrownBy(() -> wrong.accept(Relay.builder()))
          .isInstanceOf(NullPointerException.class)
          .hasMessageMatching("[a-zA-Z]+"); // the name of what is missing
    }
  }

  @Test
  void needsAStoreAndATransport() {
    assertThatThrownBy(() -> Relay.builder().store(new Nowhere()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Relay.Builder.store and .transport");
    assertThatThrownBy(() -> Relay.builder().build()).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesOfDatabasesAreVisibleAsciiAndGivenOnce() {
    Relay.Builder builder = Relay.builder();
    builder.store("!~".repeat(32), new Nowhere()).store("b", new Nowhere());
    for (String wrong : new String[] {"", " ", "a b", "é", "a\n", "\u007f", "x".repeat(65)}) {
      assertThatThrownBy(() -> builder.store(wrong, new Nowhere()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the name of a database must be 1 to 64 visible ASCII characters: '" + wrong + "'");
    }
    assertThatThrownBy(() -> builder.store("b", new Nowhere()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the name of a database must be given once: b");
  }

  @Test
  void servesUpTo64Databases() {
    Relay.Builder builder = Relay.builder().transport(new Nowhere());
    for (int i = 1; i <= 64; i++) {
      builder.store("d" + i, new Nowhere());
    }
    assertThatThrownBy(() -> builder.store("d65", new Nowhere()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a relay serves 1 to 64 databases; one too many: d65");
    builder.bufferedBytes(64 * 65_536);
    builder.build().close();
    assertThatThrownBy(builder.bufferedBytes(64 * 65_536 - 1)::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("bufferedBytes must be at least 65536 for each of 64 databases");
  }

  @Test
  void eachOfSeveralDatabasesHasAName() {
    assertThatThrownBy(builder().store("b", new Nowhere())::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Relay.Builder.store(name, store) for all");
  }

  @Test
  void boundsItsMemory() {
    builder().bufferedBytes(65_536).bufferedBytes(1L << 40);
    for (long wrong : new long[] {65_535, (1L << 40) + 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> builder().bufferedBytes(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("bufferedBytes must be 65536 to 1099511627776: " + wrong);
    }
  }

  @Test
  void wakesOnlyDatabasesThatItHas() {
    try (Relay relay =
        Relay.builder()
            .store("sales", new Nowhere())
            .store("billing", new Nowhere())
            .transport(new Nowhere())
            .build()) {
      relay.wake("orders");
      relay.wake("billing", "orders");
      for (String wrong : new String[] {"", "Billing"}) {
        assertThatThrownBy(() -> relay.wake(wrong, "orders"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("database must be one of [sales, billing]: '" + wrong + "'");
      }
    }
  }

  @Test
  void asksForAListenerOfEachNamedDatabase() {
    List<String> asked = new ArrayList<>();
    RelayListener listener =
        new RelayListener() {
          @Override
          public RelayListener ofDatabase(String name) {
            asked.add(name);
            return this;
          }
        };
    builder().listener(listener).build().close();
    assertThat(asked).isEmpty();
    Relay.Builder named = Relay.builder().store("a", new Nowhere()).store("b", new Nowhere());
    named.transport(new Nowhere()).listener(listener).build().close();
    assertThat(asked).containsExactly("a", "b");
  }

  @Test
  void aLeaseIsLongEnoughForItsRenewalsAndForASend() {
    Duration second = Duration.ofSeconds(1);
    assertThatThrownBy(() -> builder().lease(second, Duration.ofMillis(501)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("lease must be at least twice renewEvery, which is PT0.501S: PT1S");
    Relay.Builder short6 = builder().lease(Duration.ofSeconds(6), second);
    assertThatThrownBy(short6::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("send timeout together, PT6S: PT6S");
    builder().lease(Duration.ofMillis(6_001), second).build().close();
  }

  /** A transport that breaks the rules, and so the engine, until it is told to stop that. */
  @Test
  void startsAnewAfterAFaultOfItsOwn() throws Exception {
    CountDownLatch failed = new CountDownLatch(2);
    AtomicBoolean broken = new AtomicBoolean(true);
    CountDownLatch works = new CountDownLatch(1);
    Nowhere store =
        new Nowhere() {
          @Override
          public List<Destination> destinations() {
            if (!broken.get()) {
              works.countDown();
              return List.of();
            }
            return List.of(new Destination("orders", false)); // Nowhere has no gate for it
          }
        };
    RelayListener listener =
        new RelayListener() {
          @Override
          public void engineFailed(Throwable fault) {
            failed.countDown();
          }
        };
    try (Relay relay = builder().store(store).listener(listener).build()) {
      relay.start();
      assertThat(failed.await(1, TimeUnit.MINUTES)).isTrue();
      broken.set(false);
      assertThat(works.await(1, TimeUnit.MINUTES)).isTrue();
    }
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
