package dev.mailroom.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.relay.DeadLetterPolicy;
import dev.mailroom.relay.OutboxStore.Destination;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.simulation.MemoryBroker.Health;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One story each, on the relay's public API and without chance faults. */
class ScenariosTest {

  private static final String FIFO = "ledger.fifo";
  private static final String NEWS = "news";
  private static final long SOON = 10 * Loop.SECOND;

  private final World world = new World(42, Journal.none());

  @AfterEach
  void nobodyComplains() {
    world.audit.close();
    assertThat(world.audit.complaints()).isEmpty();
  }

  private void seconds(long seconds) {
    world.loop.run(seconds * Loop.SECOND);
  }

  private boolean soon(BooleanSupplier condition) {
    return world.loop.runUntil(condition, SOON);
  }

  private void assertSettledSoon() {
    assertThat(soon(world::isSettled)).as("settled").isTrue();
  }

  private List<ParkedRow> parked() {
    List<ParkedRow> rows = new ArrayList<>();
    world.database.outbox.parked.forEach(rows::add);
    return rows;
  }

  private ParkedState stateOf(Fate fate) {
    return parkedRow(fate).state();
  }

  private ParkedRow parkedRow(Fate fate) {
    ParkedRow row = world.database.outbox.parked.get(fate.row);
    assertThat(row).as("parked row of %s", fate).isNotNull();
    return row;
  }

  @Test
  void aSickDestinationStopsNobodyElseAndHeals() {
    world.startRelay();
    world.broker.health(FIFO, Health.DOWN);
    List<Fate> waiting = new ArrayList<>();
    List<Fate> others = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      waiting.addAll(world.writers.write(FIFO, "a" + i, 1));
      others.addAll(world.writers.write(NEWS, "a" + i, 1));
    }
    assertThat(soon(() -> world.audit.acceptedOf(NEWS).size() == 100)).isTrue();
    seconds(60);
    assertThat(world.audit.acceptedOf(FIFO)).isEmpty();
    assertThat(parked()).as("nothing is written for a sick destination").isEmpty();

    world.broker.health(FIFO, Health.WELL);
    assertSettledSoon();
    assertThat(world.audit.acceptedOf(FIFO)).containsExactlyInAnyOrderElementsOf(waiting);
    assertThat(world.audit.acceptedOf(NEWS)).containsExactlyInAnyOrderElementsOf(others);
  }

  @Test
  void aKeyWaitsBehindItsBadMessageAndGoesOnInOrderOnceThatIsRetried() {
    world.startRelay();
    List<Fate> key = new ArrayList<>(world.writers.write(FIFO, "a", 4));
    Fate bad = key.get(1);
    world.broker.refuse(bad.id);
    world.writers.write(FIFO, "b", 3);
    seconds(5);
    key.addAll(world.writers.write(FIFO, "a", 2));
    world.writers.write(FIFO, "b", 1);
    seconds(5);
    assertThat(world.audit.acceptedOf(FIFO)).hasSize(5).contains(key.get(0));
    assertThat(stateOf(bad)).isEqualTo(ParkedState.DEAD);
    for (Fate behind : key.subList(2, 6)) {
      assertThat(stateOf(behind)).isEqualTo(ParkedState.BLOCKED);
    }

    world.operators.retry(bad, parkedRow(bad));
    assertSettledSoon();
    List<Fate> accepted = new ArrayList<>(world.audit.acceptedOf(FIFO));
    accepted.retainAll(key);
    assertThat(accepted).containsExactlyElementsOf(key);
  }

  @Test
  void aKeyGoesOnWithoutADiscardedMessage() {
    world.startRelay();
    List<Fate> key = world.writers.write(FIFO, "a", 3);
    Fate bad = key.get(0);
    world.broker.refuse(bad.id);
    world.writers.write(FIFO, "b", 5);
    seconds(5);
    assertThat(stateOf(bad)).isEqualTo(ParkedState.DEAD);
    world.operators.discard(bad, parkedRow(bad));
    assertSettledSoon();
    assertThat(world.audit.acceptedOf(FIFO))
        .containsSubsequence(key.subList(1, 3))
        .doesNotContain(bad);
  }

  @Test
  void withSkipAKeyGoesOnAtOnce() {
    world.climate(Climate.calm(DeadLetterPolicy.SKIP));
    world.startRelay();
    List<Fate> key = world.writers.write(FIFO, "a", 4);
    Fate bad = key.get(1);
    world.broker.refuse(bad.id);
    world.writers.write(FIFO, "b", 2);
    assertThat(soon(() -> world.audit.acceptedOf(FIFO).size() == 5)).isTrue();
    seconds(1);
    assertThat(parked()).extracting(each -> each.row.id()).containsExactly(bad.row);
    world.operators.retry(bad, parkedRow(bad));
    assertSettledSoon();
    assertThat(world.audit.acceptedOf(FIFO)).endsWith(bad);
  }

  @Test
  void aMessageIsNotCalledBadWhileItsDestinationTakesNothing() {
    world.startRelay();
    Fate fate = world.writers.write(NEWS, "a", 1).get(0);
    world.broker.refuse(fate.id);
    seconds(600);
    assertThat(parked()).isEmpty();
    assertThat(world.database.outbox.hot.size()).isOne();

    world.broker.repair(fate.id);
    assertSettledSoon();
    assertThat(world.audit.acceptedOf(NEWS)).containsExactly(fate);
  }

  @Test
  void aScheduledMessageIsSentInItsTimeAndHoldsUpNobody() {
    world.startRelay();
    Fate later = world.writers.schedule(FIFO, "a", 30 * Loop.SECOND);
    Fate sooner = world.writers.schedule(FIFO, "a", 20 * Loop.SECOND);
    Fate now = world.writers.write(FIFO, "a", 1).get(0);
    seconds(19);
    assertThat(world.audit.acceptedOf(FIFO)).containsExactly(now);
    seconds(2);
    assertThat(world.audit.acceptedOf(FIFO)).containsExactly(now, sooner);
    seconds(10);
    assertThat(world.audit.acceptedOf(FIFO)).containsExactly(now, sooner, later);
  }

  @Test
  void aPausedDestinationRests() {
    world.startRelay();
    world.database.outbox.pause(NEWS, true);
    seconds(2);
    List<Fate> waiting = world.writers.write(NEWS, "a", 3);
    world.writers.write(FIFO, "a", 3);
    seconds(30);
    assertThat(world.audit.acceptedOf(NEWS)).isEmpty();
    assertThat(world.audit.acceptedOf(FIFO)).hasSize(3);
    world.database.outbox.pause(NEWS, false);
    assertSettledSoon();
    assertThat(world.audit.acceptedOf(NEWS)).containsExactlyElementsOf(waiting);
  }

  @Test
  void aDestinationWithoutARouteWaitsForOne() {
    world.startRelay();
    world.broker.route(NEWS, false);
    world.writers.write(NEWS, "a", 3);
    seconds(60);
    assertThat(parked()).isEmpty();
    world.broker.route(NEWS, true);
    assertSettledSoon();
    assertThat(world.audit.acceptedOf(NEWS)).hasSize(3);
  }

  @Test
  void destinationsAtRestAreReadTogether() {
    world.startRelay();
    for (int i = 0; i < 200; i++) {
      world.writers.write("d" + i, "a", 1);
    }
    assertSettledSoon();
    seconds(5);
    long before = world.database.outbox.reads;
    seconds(10);
    assertThat(world.database.outbox.reads - before)
        .as("reads of 3 200 lanes, each four times a second")
        .isBetween(40L, 1_000L);
    world.writers.write("d7", "a", 1);
    assertThat(world.loop.runUntil(world::isSettled, Loop.SECOND)).isTrue();
  }

  @Test
  void oneSlowLookDoesNotDelayTheNextOnes() {
    Instance relay = world.startRelay();
    relay.lag(Loop.SECOND);
    world.loop.run(Loop.SECOND + Loop.SECOND / 4);
    relay.lag(0);
    seconds(1);
    world.writers.write("new", "a", 1);
    assertThat(world.loop.runUntil(world::isSettled, Loop.SECOND)).isTrue();
  }

  /** That a lock is held tells nothing of the server: no mark is void, and no read is in vain. */
  @Test
  void anOperatorsLockHoldsUpNobodyElse() {
    world.startRelay();
    world.writers.write(NEWS, "a", 1);
    world.writers.write(NEWS, "b", 1);
    assertSettledSoon();
    seconds(5); // the marks move
    Fate locked = world.writers.write(NEWS, "a", 1).get(0);
    world.database.outbox.locked.add(locked.row);
    seconds(1);
    long before = world.database.outbox.unmarked;
    for (int i = 0; i < 100; i++) {
      world.writers.write(NEWS, "b", 1);
      world.loop.run(Loop.SECOND / 5);
    }
    assertThat(world.audit.acceptedOf(NEWS)).hasSize(103);
    assertThat(world.database.outbox.unmarked).as("rows read without a mark").isEqualTo(before);
    world.database.outbox.locked.clear();
    assertSettledSoon();
  }

  /**
   * Else the next owner would send the one that is left, and after it what comes next: as if those
   * between had never been.
   */
  @Test
  void whatWasAcceptedIsDeletedInTheOrderOfItsKey() {
    Instance first = world.startRelay();
    List<Fate> ordered = world.writers.write(FIFO, "a", 3);
    world.writers.write(FIFO, "b", 2);
    world.database.outbox.locked.add(ordered.get(0).row);
    assertThat(soon(() -> world.audit.acceptedOf(FIFO).size() == 5)).isTrue();
    seconds(60);
    assertThat(world.database.outbox.hot.size()).as("those of the key").isEqualTo(3);
    world.database.outbox.locked.clear();
    first.crash();
    world.startRelay();
    assertSettledSoon();
  }

  @Test
  void whatAWriterTellsOfIsKnownOnceItHasHadAMessage() {
    Instance relay = world.startRelay();
    seconds(1);
    for (int i = 0; i < 20; i++) {
      world.writers.write("new" + i, "a", 1);
      relay.wake("new" + i);
      world.loop.run(37L * i * Loop.MILLI);
    }
    relay.wake("nothing");
    assertSettledSoon();
    seconds(1);
    assertThat(world.database.outbox.destinations())
        .extracting(Destination::name)
        .hasSize(20)
        .allMatch(name -> name.startsWith("new"));
  }

  @Test
  void stopDrainsWhatIsOnItsWay() {
    Instance relay = world.startRelay();
    seconds(1);
    for (int i = 0; i < 500; i++) {
      world.writers.write(NEWS, "a" + i, 1);
    }
    relay.wake(NEWS);
    assertThat(soon(() -> world.audit.acceptedOf(NEWS).size() >= 20)).isTrue();
    relay.stop();
    assertThat(soon(() -> !relay.isLeaving())).isTrue();
    int sent = world.audit.acceptedOf(NEWS).size();
    assertThat(world.database.outbox.hot.size()).isEqualTo(500 - sent).isPositive();
    seconds(10);
    assertThat(world.audit.acceptedOf(NEWS)).hasSize(sent);
  }

  @Test
  void relaysShareAndHandOverWithoutRepeats() {
    Instance first = world.startRelay();
    seconds(2);
    assertThat(first.owned()).hasSize(16);
    Instance second = world.startRelay();
    Instance third = world.startRelay();
    for (int i = 0; i < 300; i++) {
      int number = i;
      world.loop.after(world.dice.upTo(SOON), () -> world.writers.write(FIFO, "a" + number % 7, 2));
    }
    assertThat(soon(world::isShared)).isTrue();
    Set<Integer> all = new HashSet<>(first.owned());
    all.addAll(second.owned());
    all.addAll(third.owned());
    assertThat(all).hasSize(16);

    first.stop();
    assertThat(soon(() -> second.owned().size() == 8 && third.owned().size() == 8)).isTrue();
    seconds(10);
    assertSettledSoon();
  }

  /** A read that was on its way holds for the old one: it misses the rows below its mark. */
  @Test
  void aFailoverBehindAProxyKeepsTheOrderOfKeys() {
    Instance relay = world.startRelay();
    for (int round = 0; round < 20; round++) {
      world.writers.write(FIFO, "a", 3);
      assertSettledSoon();
      seconds(5); // the marks move
      relay.lag(Loop.SECOND);
      world.loop.run(Loop.SECOND + (long) round * 57 * Loop.MILLI);
      world.audit.excuse("the database fails over");
      world.database.failOverBehindAProxy();
      world.writers.write(FIFO, "a", 10 + 6 * round); // from 1 on, and beyond the old mark
      assertSettledSoon();
      relay.lag(0);
    }
  }

  @Test
  void afterACrashTheNextOneTakesOverWithinALease() {
    Instance first = world.startRelay();
    Instance second = world.startRelay();
    assertThat(soon(world::isShared)).isTrue();
    first.crash();
    long crashed = world.loop.now();
    for (int i = 0; i < 50; i++) {
      world.writers.write(FIFO, "a" + i, 1);
    }
    assertThat(soon(() -> second.owned().size() == 16)).isTrue();
    assertThat(world.loop.now() - crashed).isLessThan(World.LEASE.toNanos() + Loop.SECOND);
    assertSettledSoon();
    assertThat(world.audit.acceptedOf(FIFO)).hasSize(50);
  }
}
