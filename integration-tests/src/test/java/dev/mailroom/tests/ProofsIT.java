package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

/** The proofs in short; {@code ./mailroom prove} runs them for as long as you like. */
class ProofsIT {

  @Test
  void littleMemoryDrainsALargeBacklog() throws Exception {
    Backlog.Outcome outcome = new Backlog(300_000, 96).run(written -> {}, accepted -> {});
    assertThat(outcome.lost()).isZero();
    assertThat(outcome.duplicates()).isZero();
    assertThat(outcome.exitStatus()).isZero();
  }

  @Test
  void crashesLoseAndInventNothingAndKeepTheOrder() throws Exception {
    long seed = new SecureRandom().nextInt(Integer.MAX_VALUE);
    Town.Outcome outcome = new Crash(6, seed, System.out::println).run();
    assertThat(outcome.messages()).isPositive();
    assertThat(outcome.lost()).as("lost, seed %s", seed).isZero();
    assertThat(outcome.invented()).as("invented, seed %s", seed).isZero();
    assertThat(outcome.orderViolations()).as("out of order, seed %s", seed).isZero();
  }
}
