package dev.mailroom.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.relay.OutboxStore.RowId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KeyTurnsTest {

  private static final LaneWindow LANE = new LaneWindow(new Lane("orders.fifo", 0), 500);

  private final KeyTurns turns = new KeyTurns();

  private static Slot slot(String key, long seq) {
    RowId id = new RowId(LANE.lane, seq, new UUID(0, seq));
    return new Slot(LANE, id, Optional.ofNullable(key), 10);
  }

  /** What the turns must be, kept in the plainest way. */
  private static final class Model {
    private final KeyTurns turns = new KeyTurns();
    private final Map<String, Slot> out = new HashMap<>();
    private final Map<String, TreeMap<Long, Slot>> waiting = new HashMap<>();
    private final Random random;
    private int passed;

    Model(long seed) {
      random = new Random(seed);
    }

    void take(Slot slot) {
      String key = slot.key.orElseThrow();
      boolean goes = turns.take(slot);
      assertThat(goes).as("goes iff none of its key is out").isEqualTo(!out.containsKey(key));
      if (goes) {
        out.put(key, slot);
      } else {
        waiting.computeIfAbsent(key, k -> new TreeMap<>()).put(slot.id.seq(), slot);
      }
    }

    void pass() {
      List<String> keys = new ArrayList<>(out.keySet());
      String key = keys.get(random.nextInt(keys.size()));
      Optional<Slot> next = turns.pass(out.remove(key));
      passed++;
      TreeMap<Long, Slot> others = waiting.getOrDefault(key, new TreeMap<>());
      if (others.isEmpty()) {
        assertThat(next).isEmpty();
      } else {
        assertThat(next)
            .as("the lowest seq of its key")
            .contains(others.pollFirstEntry().getValue());
        out.put(key, next.orElseThrow());
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
          model.take(slot("k" + model.random.nextInt(5), late * 1_000 + seq));
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
  void slotsWithoutAKeyNeverWait() {
    for (int i = 0; i < 3; i++) {
      assertThat(turns.take(slot(null, i))).isTrue();
    }
    assertThat(turns.pass(slot(null, 0))).isEmpty();
    assertThat(turns.isBlocked(slot(null, 0))).isFalse();
  }

  @Test
  void blockingAKeyGivesBackThoseWhoWaited() {
    Slot head = slot("a", 1);
    Slot second = slot("a", 2);
    Slot third = slot("a", 3);
    assertThat(turns.take(head)).isTrue();
    assertThat(turns.take(third)).isFalse();
    assertThat(turns.take(second)).isFalse();
    assertThat(turns.take(slot("b", 4))).isTrue();

    assertThat(turns.block("a")).containsExactlyInAnyOrder(second, third);
    assertThat(turns.pass(head)).isEmpty();
    assertThat(turns.isBlocked(slot("a", 5))).isTrue();
    assertThat(turns.isBlocked(slot("b", 5))).isFalse();
    assertThat(turns.block("c")).isEmpty();
    assertThat(turns.isBlocked(slot("c", 6))).isTrue();
  }
}
