package dev.mailroom.relay.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.relay.DestinationGate.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResilientGateTest {

  private static final Duration TOOK = Duration.ofMillis(3);
  private static final Probing PROBING = Probing.DEFAULT;

  private long now = -5_000_000_000L;
  private final long seed = new Random().nextLong();
  private final ResilientGate gate = gate(seed);

  private ResilientGate gate(long seed) {
    return new ResilientGate("orders", PROBING, () -> now, new Random(seed));
  }

  @Test
  void letsEverythingPassAtFirst() {
    for (int i = 0; i < 16; i++) {
      assertThat(gate.tryPass()).isZero();
    }
    assertThat(gate.state()).isEqualTo(State.OPEN);
  }

  @Test
  void closesAtTheFifthFailureOfANewDestination() {
    for (int i = 0; i < 4; i++) {
      fail(gate);
    }
    assertThat(gate.state()).isEqualTo(State.OPEN);
    fail(gate);
    assertThat(gate.state()).isEqualTo(State.CLOSED);
    assertThat(gate.tryPass()).isPositive();
  }

  @Test
  void aFewFailuresAmongManySuccessesDoNotCloseIt() {
    for (int i = 0; i < 200; i++) {
      assertThat(gate.tryPass()).isZero();
      if (i % 3 == 0) {
        gate.failed(TOOK);
      } else {
        gate.succeeded(TOOK);
      }
    }
    assertThat(gate.state()).isEqualTo(State.OPEN);
  }

  @Test
  void passesExactlyAfterTheWaitThatItNamed() {
    close(gate);
    Duration wait = gate.tryPass();
    now += wait.toNanos() - 1;
    assertThat(gate.tryPass()).isEqualTo(Duration.ofNanos(1));
    now += 1;
    assertThat(gate.tryPass()).isZero();
    assertThat(gate.state()).isEqualTo(State.PROBING);
  }

  @Test
  void probesOneAtATime() {
    close(gate);
    probe(gate);
    Duration wait = gate.tryPass();
    assertThat(wait).isPositive();
    now += Duration.ofHours(1).toNanos();
    assertThat(gate.tryPass()).isPositive();
  }

  @Test
  void opensOnAnAcceptedProbe() {
    close(gate);
    probe(gate);
    gate.succeeded(TOOK);
    assertThat(gate.state()).isEqualTo(State.OPEN);
    assertThat(gate.tryPass()).isZero();
    assertThat(gate.tryPass()).isZero();
  }

  @Test
  void anAbandonedProbeMakesRoomForTheNext() {
    close(gate);
    probe(gate);
    gate.abandoned();
    assertThat(gate.state()).isEqualTo(State.PROBING);
    assertThat(gate.tryPass()).isZero();
    assertThat(gate.tryPass()).isPositive();
  }

  @Test
  void waitsForOlderBatchesBeforeItProbesSoThatTheirEndDecidesNothing() {
    assertThat(gate.tryPass()).isZero();
    assertThat(gate.tryPass()).isZero();
    close(gate);
    now += PROBING.cap().toNanos();
    assertThat(gate.tryPass()).isPositive();
    gate.abandoned();
    assertThat(gate.tryPass()).isPositive();
    gate.failed(TOOK);
    assertThat(gate.state()).isEqualTo(State.CLOSED);
    assertThat(gate.tryPass()).isZero();
    assertThat(gate.tryPass()).isPositive();
  }

  @Test
  void waitsGrowFromProbeToProbeUnderTheirBoundAndUpToTheCap() {
    List<Double> shares = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      ResilientGate each = gate(seed + i);
      close(each);
      for (int attempt = 1; attempt <= 14; attempt++) {
        long bound = Math.min(60_000, 100L << (attempt - 1));
        double wait = each.tryPass().toNanos() / 1e6;
        assertThat(wait)
            .as("seed %d + %d, attempt %d", seed, i, attempt)
            .isBetween(1.0, bound + 1.0);
        shares.add(wait / bound);
        probe(each);
        each.failed(TOOK);
      }
    }
    // Full jitter: all over the room below the bound, and half of it on average.
    assertThat(shares).as("seed %d", seed).anyMatch(s -> s < 0.05).anyMatch(s -> s > 0.95);
    assertThat(shares.stream().mapToDouble(s -> s).average().orElseThrow())
        .as("seed %d", seed)
        .isBetween(0.45, 0.55);
  }

  @Test
  void startsOverOnceItWasOpen() {
    close(gate);
    for (int attempt = 1; attempt <= 12; attempt++) {
      probe(gate);
      gate.failed(TOOK);
    }
    probe(gate);
    gate.succeeded(TOOK);
    close(gate);
    assertThat(gate.tryPass())
        .as("seed %d", seed)
        .isPositive()
        .isLessThanOrEqualTo(Duration.ofMillis(101));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 30, 31, 64, 65, 1_000_000, Integer.MAX_VALUE})
  void boundsDoNotOverflow(int attempt) {
    assertThat(new Probing(Duration.ofMinutes(59), Duration.ofHours(1)).boundMillis(attempt))
        .isBetween(Duration.ofMinutes(59).toMillis(), Duration.ofHours(1).toMillis());
    assertThat(new Probing(Duration.ofMillis(1), Duration.ofHours(1)).boundMillis(attempt))
        .isBetween(1L, Duration.ofHours(1).toMillis());
  }

  @Test
  void probingIsBounded() {
    Duration ms = Duration.ofMillis(1);
    for (Runnable wrong :
        List.<Runnable>of(
            () -> new Probing(Duration.ZERO, ms),
            () -> new Probing(ms.multipliedBy(2), ms),
            () -> new Probing(ms, Duration.ofHours(1).plusMillis(1)))) {
      assertThatThrownBy(wrong::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("first");
    }
  }

  private void close(ResilientGate gate) {
    while (gate.state() == State.OPEN) {
      fail(gate);
    }
  }

  private void fail(ResilientGate gate) {
    assertThat(gate.tryPass()).isZero();
    gate.failed(TOOK);
  }

  /** Waits as told until a probe passes. */
  private void probe(ResilientGate gate) {
    for (Duration wait = gate.tryPass(); !wait.isZero(); wait = gate.tryPass()) {
      now += wait.toNanos();
    }
  }
}
