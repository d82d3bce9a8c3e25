package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPlanTest {

  @Test
  void changesOnePartAtATime() {
    assertThat(
            FaultPlan.NONE
                .withThrottle(0.1)
                .withServerError(0.2)
                .withLostResponse(0.3)
                .withPartialFailure(0.4)
                .withDuplicate(0.5)
                .withLatency(Duration.ofMillis(6)))
        .isEqualTo(new FaultPlan(0.1, 0.2, 0.3, 0.4, 0.5, Duration.ofMillis(6)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void refusesWhatIsNoProbability(double value) {
    assertThatThrownBy(() -> FaultPlan.NONE.withDuplicate(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("duplicate")
        .hasMessageContaining(Double.toString(value));
    assertThatThrownBy(() -> FaultPlan.NONE.withLatency(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPlanOfItsOwnGoesBeforeThatForAll() {
    Faults faults = new Faults();
    faults.all(FaultPlan.NONE.withThrottle(1));
    faults.on("quiet", FaultPlan.NONE);
    assertThat(faults.plan("quiet")).isEqualTo(FaultPlan.NONE);
    assertThat(faults.plan("other").throttle()).isEqualTo(1);
    faults.clear();
    assertThat(faults.plan("other")).isEqualTo(FaultPlan.NONE);
  }
}
