package dev.mailroom.testkit;

import static dev.mailroom.testkit.OutboxRows.ALL;
import static dev.mailroom.testkit.OutboxRows.TO;
import static dev.mailroom.testkit.OutboxRows.blocked;
import static dev.mailroom.testkit.OutboxRows.dead;
import static dev.mailroom.testkit.OutboxRows.message;
import static dev.mailroom.testkit.OutboxRows.retrying;
import static dev.mailroom.testkit.OutboxRows.scheduled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.LeaseLost;
import dev.mailroom.relay.OutboxStore.Due;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.OrderedLane;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.relay.OutboxStore.Settlement;
import dev.mailroom.testkit.StoreUnderTest.ParkedRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the relay relies on for the order of keys, and for what several of its threads settle. */
abstract class SettlementContract extends LeaseContract {

  private static final Instant PAST = Instant.parse("2001-01-01T00:00:00Z");
  static final Set<Integer> EVERY =
      IntStream.range(0, Lane.PARTITIONS).boxed().collect(Collectors.toSet());

  // Taken anew by each test that writes.
  private List<Lease> held = List.of();

  @BeforeEach
  void holdNothing() {
    held = List.of();
  }

  final List<Lease> all() {
    if (held.isEmpty()) {
      held = leases().take(RELAY, LONG, partitions());
    }
    return held;
  }

  final Set<OrderedKey> settle(
      List<Parking> park, List<Parking> repark, List<RowId> remove, OrderedKey... keys) {
    return store().settle(all(), new Settlement(park, repark, remove, Set.of(keys)));
  }

  final void park(Parking... parkings) {
    assertThat(settle(List.of(parkings), List.of(), List.of())).isEmpty();
  }

  final void repark(Parking... parkings) {
    assertThat(settle(List.of(), List.of(parkings), List.of())).isEmpty();
  }

  final Set<OrderedKey> remove(RowId id, OrderedKey... keys) {
    return settle(List.of(), List.of(), List.of(id), keys);
  }

  static OrderedKey key(RowId id, String key, boolean deadBlocks) {
    return new OrderedKey(new OrderedLane(id.lane(), deadBlocks), key);
  }

  final List<Due> due(String... destinations) {
    return store().due(EVERY, List.of(destinations), ALL, ALL);
  }

  final List<RowId> dueIds(String... destinations) {
    return due(destinations).stream().map(due -> due.row().id()).toList();
  }

  final List<ParkedState> states() {
    return outbox().parked().stream().map(ParkedRow::state).toList();
  }

  static void assertLost(Runnable call, Lease... lost) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            LeaseLost.class, error -> assertThat(error.leases()).containsExactlyInAnyOrder(lost));
  }

  @Test
  void theFirstRowOfAKeyGoesWhenTheOneBeforeItIsGone() {
    List<RowId> ids = rows.written(TO, "a", 3);
    RowId other = rows.written(TO, "b", 1).get(0);
    OrderedKey key = key(ids.get(0), "a", true);
    park(retrying(ids.get(0), LONG), blocked(ids.get(1)), blocked(ids.get(2)), blocked(other));
    assertThat(dueIds(TO)).isEmpty();

    assertThat(remove(ids.get(0), key)).isEmpty();
    assertThat(states())
        .containsExactlyInAnyOrder(ParkedState.RETRYING, ParkedState.BLOCKED, ParkedState.BLOCKED);
    assertThat(dueIds(TO)).containsExactly(ids.get(1));
    assertThat(remove(ids.get(1), key)).isEmpty();
    assertThat(dueIds(TO)).containsExactly(ids.get(2));
    assertThat(remove(ids.get(2), key)).containsExactly(key);
    assertThat(outbox().parked()).extracting(ParkedRow::id).containsExactly(other);
  }

  /** The first one was accepted and acknowledged while the second was on its way to be parked. */
  @Test
  void whatIsParkedBehindNothingGoesAtOnce() {
    List<RowId> ids = rows.written(TO, "a", 2);
    store().acknowledge(List.of(ids.get(0)));
    OrderedKey key = key(ids.get(1), "a", true);
    assertThat(settle(List.of(blocked(ids.get(1))), List.of(), List.of(), key)).isEmpty();
    assertThat(dueIds(TO)).containsExactly(ids.get(1));
  }

  @Test
  void aDeadRowBlocksItsKeyOrDoesNot() {
    List<RowId> ids = rows.written(TO, "a", 3);
    OrderedKey blocks = key(ids.get(0), "a", true);
    OrderedKey skips = key(ids.get(0), "a", false);
    assertThat(
            settle(
                List.of(dead(ids.get(0)), blocked(ids.get(1)), blocked(ids.get(2))),
                List.of(),
                List.of(),
                blocks))
        .isEmpty();
    assertThat(dueIds(TO)).isEmpty();

    assertThat(settle(List.of(), List.of(), List.of(), skips)).isEmpty();
    assertThat(dueIds(TO)).containsExactly(ids.get(1));
    remove(ids.get(1));
    remove(ids.get(2));
    assertThat(settle(List.of(), List.of(), List.of(), blocks)).isEmpty();
    assertThat(settle(List.of(), List.of(), List.of(), skips)).containsExactly(skips);
  }

  @Test
  void openingLanesFindsTheirKeysAndLetsTheFirstRowsGo() {
    List<RowId> retried = rows.written(TO, "retried", 2);
    List<RowId> stuck = rows.written(TO, "stuck", 2);
    List<RowId> dead = rows.written(TO, "dead", 2);
    List<RowId> elsewhere = rows.written("elsewhere", "stuck", 1);
    rows.commit(List.of(scheduled("scheduled", PAST), message(TO, null, "no key")));
    List<RowId> unkeyed = new ArrayList<>(rows.ids(TO));
    List.of(retried, stuck, dead).forEach(unkeyed::removeAll);
    park(
        retrying(retried.get(0), LONG),
        blocked(retried.get(1)),
        blocked(stuck.get(0)),
        blocked(stuck.get(1)),
        dead(dead.get(0)),
        dead(unkeyed.get(0)),
        blocked(elsewhere.get(0)));
    List<OrderedLane> lanes =
        IntStream.range(0, Lane.PARTITIONS)
            .mapToObj(partition -> new OrderedLane(new Lane(TO, partition), true))
            .toList();

    assertThat(store().openLanes(all(), lanes))
        .containsExactlyInAnyOrder(
            key(retried.get(0), "retried", true),
            key(stuck.get(0), "stuck", true),
            key(dead.get(0), "dead", true));
    assertThat(dueIds(TO)).hasSize(2).contains(stuck.get(0)).doesNotContain(retried.get(1));

    List<OrderedLane> skipping =
        lanes.stream().map(lane -> new OrderedLane(lane.lane(), false)).toList();
    assertThat(store().openLanes(all(), skipping))
        .containsExactlyInAnyOrder(
            key(retried.get(0), "retried", false), key(stuck.get(0), "stuck", false));
    assertThat(dueIds("elsewhere")).as("a lane that was not opened").isEmpty();
    assertThat(store().openLanes(all(), List.of())).isEmpty();
  }

  @Test
  void nothingIsWrittenWithoutALease() {
    List<RowId> ids = rows.written(TO, "a", 2);
    int partition = ids.get(0).lane().partition();
    OrderedKey key = key(ids.get(0), "a", true);
    Lease mine = taken(RELAY, partition);
    held = List.of(mine);
    park(blocked(ids.get(0)));
    Settlement settlement =
        new Settlement(
            List.of(dead(ids.get(1))), List.of(dead(ids.get(0))), List.of(), Set.of(key));
    List<ParkedRow> before = outbox().parked();

    Lease valid = taken(RELAY, (partition + 1) % Lane.PARTITIONS);
    Lease ofOther = new Lease(partition, OTHER, mine.epoch());
    Lease newer = new Lease(partition, RELAY, mine.epoch() + 1);
    for (Lease wrong : List.of(ofOther, newer)) {
      assertLost(() -> store().settle(List.of(valid, wrong), settlement), wrong);
      assertLost(() -> store().openLanes(List.of(wrong), List.of(key.lane())), wrong);
    }
    leases().release(List.of(mine));
    assertLost(() -> store().settle(List.of(mine), settlement), mine);
    Lease next = taken(RELAY, partition);
    assertLost(() -> store().settle(List.of(mine), settlement), mine);
    assertThat(outbox().parked()).isEqualTo(before);
    assertThat(rows.ids(TO)).containsExactly(ids.get(1));

    store().settle(List.of(next, valid), settlement);
    assertThat(states()).containsExactly(ParkedState.DEAD, ParkedState.DEAD);
  }

  /** Whoever loses the race, what is in the table tells the same as the answers. */
  @Test
  void aTakeoverAndASettlementAtOnceAgree() {
    for (int round = 0; round < 30; round++) {
      RowId id = rows.written(TO, "a", 1).get(0);
      Lease lease = taken(RELAY, id.lane().partition());
      Settlement settlement = new Settlement(List.of(dead(id)), List.of(), List.of(), Set.of());
      CompletableFuture<Boolean> settled =
          CompletableFuture.supplyAsync(
              () -> {
                store().settle(List.of(lease), settlement);
                return true;
              });
      Lease next = taken(OTHER, id.lane().partition());
      boolean atTakeover = !rows.ids(TO).contains(id);
      boolean written = settled.exceptionally(SettlementContract::lost).join();
      assertThat(written).as("seen by the new owner").isEqualTo(atTakeover);
      assertThat(rows.ids(TO).contains(id)).isEqualTo(!written);
      leases().release(List.of(next));
      store().acknowledge(rows.ids(TO));
    }
  }

  private static boolean lost(Throwable error) {
    assertThat(error).isInstanceOf(CompletionException.class).hasCauseInstanceOf(LeaseLost.class);
    return false;
  }

  /** The row before and the row behind it are settled by two threads of one relay. */
  @Test
  void settlementsOfOneKeyAtOnceLeaveNothingBehind() {
    for (int round = 0; round < 30; round++) {
      List<RowId> ids = rows.written(TO, "a", 2);
      OrderedKey key = key(ids.get(0), "a", true);
      park(retrying(ids.get(0), LONG));
      CompletableFuture<Set<OrderedKey>> removed =
          CompletableFuture.supplyAsync(() -> remove(ids.get(0), key));
      assertThat(settle(List.of(blocked(ids.get(1))), List.of(), List.of(), key)).isEmpty();
      removed.join();
      assertThat(dueIds(TO)).as("the one that is left").containsExactly(ids.get(1));
      assertThat(remove(ids.get(1), key)).containsExactly(key);
    }
  }

  @Test
  void settlingInOppositeOrdersNeverDeadlocks() {
    for (int round = 0; round < 10; round++) {
      rows.commit(IntStream.range(0, 200).mapToObj(i -> message(TO, "k" + i, "x")).toList());
      List<RowId> ids = rows.ids(TO);
      List<Parking> parkings = ids.stream().map(OutboxRows::dead).toList();
      List<Parking> reversed = new ArrayList<>(parkings);
      Collections.reverse(reversed);
      all();
      CompletableFuture<Set<OrderedKey>> other =
          CompletableFuture.supplyAsync(() -> settle(reversed, List.of(), List.of()));
      settle(parkings, List.of(), List.of());
      other.join();
      assertThat(outbox().parked()).extracting(ParkedRow::id).containsExactlyElementsOf(ids);
      settle(List.of(), List.of(), ids);
    }
  }
}
