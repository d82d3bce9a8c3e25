package dev.mailroom.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

/** Thousands of histories with a fresh seed, which is printed; a failure prints its history. */
class SimulationTest {

  private static final int HISTORIES = 5_000;

  @Test
  void everyPromiseIsKeptInEveryHistory() {
    long seed = new SecureRandom().nextInt(Integer.MAX_VALUE);
    Report report = Simulation.run(seed, HISTORIES);
    System.out.println(report.asText());
    String history = report.promisesKept() ? "" : History.tell(report.broken().get(0).seed());
    assertThat(report.broken()).as(history).isEmpty();
  }

  @Test
  void aSeedDecidesTheWholeHistory() {
    long first = new SecureRandom().nextLong();
    for (long seed = first; seed < first + 20; seed++) {
      assertThat(History.tell(seed)).as("seed %s", seed).isEqualTo(History.tell(seed));
      assertThat(History.run(seed)).as("seed %s", seed).isEqualTo(History.run(seed));
    }
  }
}
