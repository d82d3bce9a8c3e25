package dev.mailroom.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class KeyTurnsTest {

  private final KeyTurns<Long> turns = new KeyTurns<>(Comparator.<Long>naturalOrder());

  /** What the turns must be, kept in the plainest way. */
  private static final class Model {
    private final KeyTurns<Long> turns = new KeyTurns<>(Comparator.<Long>naturalOrder());
    private final Set<String> out = new HashSet<>();
    private final Map<String, TreeSet<Long>> waiting = new HashMap<>();
    private final Random random;
    private int passed;

    Model(long seed) {
      random = new Random(seed);
    }

    void take(String key, long seq) {
      boolean goes = turns.take(key, seq);
      assertThat(goes).as("goes iff none of its key is out").isEqualTo(!out.contains(key));
      if (goes) {
        out.add(key);
      } else {
        waiting.computeIfAbsent(key, k -> new TreeSet<>()).add(seq);
      }
    }

    void pass() {
      List<String> keys = new ArrayList<>(out);
      String key = keys.get(random.nextInt(keys.size()));
      out.remove(key);
      Optional<Long> next = turns.pass(key);
      passed++;
      TreeSet<Long> others = waiting.getOrDefault(key, new TreeSet<>());
      if (others.isEmpty()) {
        assertThat(next).isEmpty();
      } else {
        assertThat(next)
            .as("the lowest seq of its key")
            .isEqualTo(Optional.ofNullable(others.pollFirst()));
        out.add(key);
      }
    }
  }

  @Test
  void oneOfAKeyAtATimeAndTheLowestSeqFirst() {
    long first = System.nanoTime();
    for (long seed = first; seed < first + 300; seed++) {
      Model model = new Model(seed);
      try {
        for (long seq = 1; seq <= 200; seq++) {
          // Late commits: a lower seq may come after a higher one.
          long late = seq * 10 - model.random.nextInt(50) * 10L + model.random.nextInt(10);
          model.take("k" + model.random.nextInt(5), late * 1_000 + seq);
          if (!model.out.isEmpty() && model.random.nextBoolean()) {
            model.pass();
          }
        }
        while (!model.out.isEmpty()) {
          model.pass();
        }
        assertThat(model.passed).as("nobody was left behind").isEqualTo(200);
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  @Test
  void blockingAKeyGivesBackThoseWhoWaitedInOrder() {
    assertThat(turns.take("a", 1L)).isTrue();
    assertThat(turns.take("a", 3L)).isFalse();
    assertThat(turns.take("a", 2L)).isFalse();
    assertThat(turns.take("b", 4L)).isTrue();

    assertThat(turns.block("a")).containsExactly(2L, 3L);
    assertThat(turns.isBlocked("a")).isTrue();
    assertThat(turns.isBlocked("b")).isFalse();
    assertThat(turns.block("c")).isEmpty();
    assertThat(turns.isBlocked("c")).isTrue();

    turns.unblock("a");
    assertThat(turns.isBlocked("a")).isFalse();
    assertThat(turns.take("a", 5L)).as("a key starts afresh").isTrue();
    assertThat(turns.isBlocked("c")).isTrue();
  }
}
