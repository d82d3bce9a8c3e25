package dev.mailroom.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.relay.OutboxStore.ParkedState;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The engine in virtual time; every history is decided by its seed, which a failure names. */
class EngineTest {

  private static final int HISTORIES = 300;

  @Test
  void withoutFaultsEveryCommittedMessageIsSentOnceAndInOrder() {
    long first = System.nanoTime();
    for (long seed = first; seed < first + HISTORIES; seed++) {
      History history = new History(seed);
      history.load(Duration.ofSeconds(10), 200);
      assertThat(history.drains(Duration.ofMinutes(1))).as("drains, seed %s", seed).isTrue();
      assertThat(history.broker.takenIds())
          .as("taken, seed %s", seed)
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(history.committed);
      assertOrder(history, seed);
    }
  }

  @Test
  void withFaultsNothingIsLostOrInventedAndOrderHolds() {
    long first = System.nanoTime();
    for (long seed = first; seed < first + HISTORIES; seed++) {
      History history = new History(seed);
      history.faults(0.05, 0.1);
      history.load(Duration.ofSeconds(10), 200);
      history.faults(0, 0);
      assertThat(history.drains(Duration.ofMinutes(5))).as("drains, seed %s", seed).isTrue();
      assertThat(new HashSet<>(history.broker.takenIds()))
          .as("taken, seed %s", seed)
          .isEqualTo(history.committed);
      assertOrder(history, seed);
    }
  }

  @Test
  void aKilledRelayLosesNothingAndTheNextOneKeepsTheOrder() {
    long first = System.nanoTime();
    for (long seed = first; seed < first + HISTORIES; seed++) {
      History history = new History(seed);
      history.faults(0.02, 0.05);
      for (int i = 0; i < 4; i++) {
        history.load(Duration.ofSeconds(2), 40);
        history.crash();
      }
      history.faults(0, 0);
      assertThat(history.drains(Duration.ofMinutes(5))).as("drains, seed %s", seed).isTrue();
      assertThat(new HashSet<>(history.broker.takenIds()))
          .as("taken, seed %s", seed)
          .isEqualTo(history.committed);
      assertOrder(history, seed);
    }
  }

  private static void assertOrder(History history, long seed) {
    history.order.forEach(
        (key, ids) -> {
          if (key.startsWith(History.FIFO)) {
            assertThat(history.takenOf(key)).as("order of %s, seed %s", key, seed).isEqualTo(ids);
          }
        });
  }

  @Test
  void aSickDestinationStopsNobodyElseAndHealsByItself() {
    History history = new History(1);
    history.broker.sick.add(History.FIFO);
    for (int i = 0; i < 100; i++) {
      history.write(History.FIFO, History.FIFO + i, 1, Duration.ofMillis(1));
      history.write(History.STANDARD, History.STANDARD + i, 1, Duration.ofMillis(1));
    }
    history.run(Duration.ofSeconds(5));
    assertThat(history.broker.taken)
        .hasSize(history.committed.size() - history.outbox.size())
        .allMatch(entry -> entry.message().destination().equals(History.STANDARD))
        .isNotEmpty();

    history.broker.sick.clear();
    assertThat(history.drains(Duration.ofMinutes(1))).isTrue();
    assertThat(history.broker.takenIds()).containsExactlyInAnyOrderElementsOf(history.committed);
    assertThat(history.outbox.parked).isEmpty();
  }

  @Test
  void aBadMessageIsParkedAndItsKeyWaitsBehindIt() {
    History history = new History(2);
    MemoryOutbox.Transaction transaction = history.outbox.begin();
    UUID before = transaction.insert(History.FIFO, "a");
    UUID bad = transaction.insert(History.FIFO, "a");
    UUID behind = transaction.insert(History.FIFO, "a");
    UUID other = transaction.insert(History.FIFO, "b");
    history.broker.refused.add(bad);
    transaction.commit();
    history.run(Duration.ofSeconds(5));

    MemoryOutbox.Transaction more = history.outbox.begin();
    UUID laterStill = more.insert(History.FIFO, "a");
    UUID another = more.insert(History.FIFO, "b");
    more.commit();
    assertThat(history.drains(Duration.ofMinutes(3))).isTrue();

    assertThat(history.broker.takenIds()).containsExactlyInAnyOrder(before, other, another);
    assertThat(history.outbox.parked.keySet()).containsExactlyInAnyOrder(bad, behind, laterStill);
    assertThat(history.outbox.parked.get(bad).state()).isEqualTo(ParkedState.DEAD);
    assertThat(history.outbox.parked.get(behind).state()).isEqualTo(ParkedState.BLOCKED);
    assertThat(history.outbox.parked.get(laterStill).state()).isEqualTo(ParkedState.BLOCKED);
  }

  @Test
  void aMessageIsNotCalledBadWhileItsDestinationTakesNothing() {
    History history = new History(3);
    MemoryOutbox.Transaction transaction = history.outbox.begin();
    UUID first = transaction.insert(History.STANDARD, "a");
    transaction.commit();
    history.broker.refused.add(first);
    history.run(Duration.ofMinutes(10));
    assertThat(history.outbox.parked).isEmpty();

    history.broker.refused.clear();
    assertThat(history.drains(Duration.ofMinutes(2))).isTrue();
    assertThat(history.broker.takenIds()).isEqualTo(List.of(first));
  }

  @Test
  void stopWaitsForWhatIsOnItsWayAndAcknowledgesIt() {
    History history = new History(4);
    for (int i = 0; i < 500; i++) {
      history.write(History.STANDARD, History.STANDARD + i, 1, Duration.ZERO);
    }
    history.run(Duration.ofMillis(60));
    assertThat(history.stops(Duration.ofSeconds(10))).isTrue();
    int taken = history.broker.taken.size();
    assertThat(history.outbox.size()).isEqualTo(history.committed.size() - taken);
    history.run(Duration.ofSeconds(10));
    assertThat(history.broker.taken).hasSize(taken);
  }
}
