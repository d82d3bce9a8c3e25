package dev.mailroom.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VigilTest {

  private final Vigil<String> vigil = new Vigil<>(100);

  @Test
  void whatChangesInTimeLives() {
    for (int now = 0; now < 1_000; now += 100) {
      assertThat(vigil.isStale("a", now, now)).isFalse();
      assertThat(vigil.isStale("a", now, now + 100)).isFalse();
    }
  }

  @Test
  void whatStaysTheSameForTooLongIsStaleUntilItChanges() {
    assertThat(vigil.isStale("a", 1, 0)).isFalse();
    assertThat(vigil.isStale("b", 1, 50)).isFalse();
    assertThat(vigil.isStale("a", 1, 101)).isTrue();
    assertThat(vigil.isStale("b", 1, 101)).isFalse();
    assertThat(vigil.isStale("a", 2, 102)).isFalse();
    assertThat(vigil.isStale("a", 2, 203)).isTrue();
  }

  @Test
  void forgetsWhomItNeedNotWatch() {
    assertThat(vigil.isStale("a", 1, 0)).isFalse();
    vigil.retain(List.of("b"));
    assertThat(vigil.isStale("a", 1, 500)).isFalse();
  }
}
