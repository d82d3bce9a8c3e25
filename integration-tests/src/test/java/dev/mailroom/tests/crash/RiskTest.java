package dev.mailroom.tests.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.tests.crash.Repeats.Risk;
import dev.mailroom.tests.town.Audit.Repeat;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A disaster explains the repeats that it can have caused, and no others. */
class RiskTest {

  private static final Risk KILL =
      new Risk(100_000, 100_000, Long.MAX_VALUE, Set.of("q/waiting:1"));
  private static final Risk OUTAGE = new Risk(100_000, 110_000, 97_000, Set.of("q/waiting:1"));

  @Test
  void whatWaitedMayHaveBeenAcceptedLongBefore() {
    assertThat(KILL.explains(new Repeat("q/waiting:1", 50_000, 106_000))).isTrue();
  }

  @Test
  void whatHadBeenDeletedIsNotRepeated() {
    assertThat(KILL.explains(new Repeat("q/deleted:1", 99_000, 106_000))).isFalse();
  }

  @Test
  void noRepeatComesBeforeItsCause() {
    assertThat(KILL.explains(new Repeat("q/waiting:1", 50_000, 99_999))).isFalse();
  }

  @Test
  void whatIsAcceptedLongAfterIsNotRepeated() {
    assertThat(KILL.explains(new Repeat("q/waiting:1", 106_000, 107_000))).isFalse();
  }

  @Test
  void aDatabaseMayForgetDeletionsOfAWhile() {
    assertThat(OUTAGE.explains(new Repeat("q/deleted:1", 97_000, 111_000))).isTrue();
    assertThat(OUTAGE.explains(new Repeat("q/deleted:1", 96_999, 111_000))).isFalse();
  }
}
