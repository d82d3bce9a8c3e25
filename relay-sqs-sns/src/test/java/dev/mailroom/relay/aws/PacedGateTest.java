package dev.mailroom.relay.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

class PacedGateTest {

  private long now = 1_000;

  private PacedGate gate(double perSecond) {
    ResilientGate open = new ResilientGate("orders", Probing.DEFAULT, () -> now, new Random(1));
    return new PacedGate(open, () -> now, perSecond);
  }

  /** Sends a batch as soon as the gate lets it. */
  private void send(PacedGate gate, int messages) {
    Duration wait = gate.tryPass();
    while (!wait.isZero()) {
      now += wait.toNanos();
      wait = gate.tryPass();
    }
    gate.sending(messages);
    gate.succeeded(Duration.ZERO);
  }

  @Test
  void keepsTheRateWhateverTheBatches() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (double rate : new double[] {0.5, 3, 100, 12_345}) {
      PacedGate gate = gate(rate);
      long began = now;
      int sent = 0;
      for (int i = 0; i < 200; i++) {
        assertThat(sent)
            .as("seed %s, rate %s", seed, rate)
            .isLessThanOrEqualTo((int) Math.ceil((now - began) / 1e9 * rate) + 10);
        int batch = 1 + random.nextInt(10);
        send(gate, batch);
        sent += batch;
      }
      double paid = (now - began) / 1e9 * rate;
      assertThat(paid).as("seed %s, rate %s", seed, rate).isBetween(sent - 11.0, (double) sent);
    }
  }

  @Test
  void savesNothingUpWhileNothingIsSent() {
    PacedGate gate = gate(10);
    send(gate, 10);
    now += Duration.ofHours(1).toNanos();
    send(gate, 10);
    assertThat(gate.tryPass()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void theGateBehindItStillCloses() {
    PacedGate gate = gate(1_000_000);
    for (int i = 0; i < 10; i++) {
      now += 1_000_000;
      if (gate.tryPass().isZero()) {
        gate.sending(1);
        gate.failed(Duration.ZERO);
      }
    }
    now += 1_000;
    assertThat(gate.tryPass()).isPositive();
    assertThat(gate.state()).isEqualTo(dev.mailroom.relay.DestinationGate.State.CLOSED);
  }

  @Test
  void refusesRatesOutOfBounds() {
    try (SqsAsyncClient sqs = AwsClients.sqs(client -> client.region(Region.US_EAST_1));
        SnsAsyncClient sns = AwsClients.sns(client -> client.region(Region.US_EAST_1))) {
      AwsTransport.Builder builder = AwsTransport.builder(sqs, sns);
      builder.rateLimit("orders", 0.01).rateLimit("orders", 1_000_000);
      for (double rate : new double[] {0, -1, 0.009, 1_000_001, Double.NaN, 1 / 0.0}) {
        assertThatThrownBy(() -> builder.rateLimit("orders", rate))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("rateLimit of 'orders' must be 0.01 to 1 000 000")
            .hasMessageEndingWith(String.valueOf(rate));
      }
    }
  }
}
