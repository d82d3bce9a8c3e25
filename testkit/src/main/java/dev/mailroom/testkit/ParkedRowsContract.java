package dev.mailroom.testkit;

import static dev.mailroom.testkit.OutboxRows.ALL;
import static dev.mailroom.testkit.OutboxRows.TO;
import static dev.mailroom.testkit.OutboxRows.blocked;
import static dev.mailroom.testkit.OutboxRows.dead;
import static dev.mailroom.testkit.OutboxRows.message;
import static dev.mailroom.testkit.OutboxRows.messages;
import static dev.mailroom.testkit.OutboxRows.messagesOf;
import static dev.mailroom.testkit.OutboxRows.retrying;
import static dev.mailroom.testkit.OutboxRows.scheduled;
import static dev.mailroom.testkit.OutboxRows.withOtherMessage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.LeaseLost;
import dev.mailroom.relay.OutboxStore.Destination;
import dev.mailroom.relay.OutboxStore.Due;
import dev.mailroom.relay.OutboxStore.Mark;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.OrderedLane;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.relay.OutboxStore.Settlement;
import dev.mailroom.testkit.StoreUnderTest.ForeignRow;
import dev.mailroom.testkit.StoreUnderTest.ParkedRow;
import dev.mailroom.testkit.StoreUnderTest.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the relay relies on for rows that are set aside. */
abstract class ParkedRowsContract extends LeaseContract {

  private static final Instant PAST = Instant.parse("2001-01-01T00:00:00Z");
  private static final Instant FUTURE = Instant.parse("2999-01-01T00:00:00Z");
  private static final Set<Integer> EVERY =
      IntStream.range(0, Lane.PARTITIONS).boxed().collect(Collectors.toSet());

  // Taken anew by each test that writes.
  private List<Lease> held = List.of();

  @BeforeEach
  void holdNothing() {
    held = List.of();
  }

  private List<Lease> all() {
    if (held.isEmpty()) {
      held = leases().take(RELAY, LONG, partitions());
    }
    return held;
  }

  private Set<OrderedKey> settle(
      List<Parking> park, List<Parking> repark, List<RowId> remove, OrderedKey... keys) {
    return store().settle(all(), new Settlement(park, repark, remove, Set.of(keys)));
  }

  private void park(Parking... parkings) {
    assertThat(settle(List.of(parkings), List.of(), List.of())).isEmpty();
  }

  private void repark(Parking... parkings) {
    assertThat(settle(List.of(), List.of(parkings), List.of())).isEmpty();
  }

  private Set<OrderedKey> remove(RowId id, OrderedKey... keys) {
    return settle(List.of(), List.of(), List.of(id), keys);
  }

  private static OrderedKey key(RowId id, String key, boolean deadBlocks) {
    return new OrderedKey(new OrderedLane(id.lane(), deadBlocks), key);
  }

  private List<Due> due(String... destinations) {
    return store().due(EVERY, List.of(destinations), ALL, ALL);
  }

  private List<RowId> dueIds(String... destinations) {
    return due(destinations).stream().map(due -> due.row().id()).toList();
  }

  private List<ParkedState> states() {
    return outbox().parked().stream().map(ParkedRow::state).toList();
  }

  private static void assertLost(Runnable call, Lease... lost) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            LeaseLost.class, error -> assertThat(error.leases()).containsExactlyInAnyOrder(lost));
  }

  @Test
  void parksRows() {
    List<RowId> ids = rows.written(TO, "a", 5);
    store().acknowledge(List.of(ids.get(4)));
    park(
        blocked(ids.get(3)),
        dead(ids.get(4)),
        dead(withOtherMessage(ids.get(2))),
        dead(ids.get(1)));
    assertThat(rows.ids(TO)).containsExactly(ids.get(0), ids.get(2));
    assertThat(outbox().parked())
        .containsExactly(
            new ParkedRow(
                ids.get(1), ParkedState.DEAD, 3, Optional.of("refused"), Optional.empty()),
            new ParkedRow(
                ids.get(3),
                ParkedState.BLOCKED,
                0,
                Optional.of("behind another"),
                Optional.empty()));
    park();
    assertThat(outbox().parked()).hasSize(2);
  }

  /** A broker may answer whatever it likes; that must not keep the row from being parked. */
  @Test
  void parksWithAnyErrorText() {
    RowId id = rows.written(TO, "a", 1).get(0);
    park(new Parking(id, ParkedState.DEAD, Duration.ZERO, 1, "a\0b\uD800c📬"));
    assertThat(outbox().parked())
        .singleElement()
        .satisfies(
            row -> assertThat(row.error().get()).startsWith("a").contains("b").endsWith("c📬"));
    repark(new Parking(id, ParkedState.DEAD, Duration.ZERO, 2, "\0\uDC00"));
    assertThat(outbox().parked()).extracting(ParkedRow::attempts).containsExactly(2);
  }

  @Test
  void aParkedMessageIsWhatItWas() {
    List<Message> messages = new ArrayList<>(messages("a", 2));
    messages.add(Message.to(TO).type("T").header("n", 1.5).payload("📬".repeat(50_000)).build());
    rows.commit(messages);
    List<RowId> ids = rows.ids(TO);
    park(ids.stream().map(id -> retrying(id, Duration.ZERO)).toArray(Parking[]::new));
    assertThat(messagesOf(due(TO).stream().map(Due::row).toList()))
        .containsExactlyInAnyOrderElementsOf(messages);

    List<Row> listed = store().due(EVERY, List.of(TO), ALL, 0).stream().map(Due::row).toList();
    assertThat(listed).hasSize(3).allMatch(row -> row instanceof Row.Listed);
    assertThat(messagesOf(store().load(listed.stream().map(Row::id).toList())))
        .containsExactlyInAnyOrderElementsOf(messages);
    assertThat(store().load(List.of(withOtherMessage(ids.get(0))))).isEmpty();
  }

  @Test
  void loadsParkedRowsAndOthersTogether() {
    List<RowId> ids = rows.written(TO, "a", 4);
    park(dead(ids.get(1)), blocked(ids.get(2)));
    remove(ids.get(2));
    assertThat(store().load(ids))
        .extracting(Row::id)
        .containsExactlyInAnyOrder(ids.get(0), ids.get(1), ids.get(3));
  }

  @Test
  void retriesAreDueAfterTheirDelay() {
    List<RowId> ids = rows.written(TO, "a", 2);
    park(retrying(ids.get(0), LONG), retrying(ids.get(1), Duration.ZERO));
    assertThat(due(TO))
        .extracting(due -> due.row().id(), Due::ordered, Due::attempts, Due::mark)
        .containsExactly(tuple(ids.get(1), true, 1, Optional.empty()));
    repark(retrying(ids.get(0), Duration.ZERO), retrying(ids.get(1), LONG));
    assertThat(dueIds(TO)).containsExactly(ids.get(0));
  }

  @Test
  void reparksAndRemovesOnlyTheRowThatStillHoldsTheMessage() {
    List<RowId> ids = rows.written(TO, "a", 3);
    park(blocked(ids.get(0)), blocked(ids.get(1)));
    List<RowId> strangers = List.of(withOtherMessage(ids.get(0)), ids.get(2));
    for (RowId stranger : strangers) {
      repark(dead(stranger));
      remove(stranger);
    }
    assertThat(states()).containsExactly(ParkedState.BLOCKED, ParkedState.BLOCKED);
    assertThat(rows.ids(TO)).as("remove is for parked rows").containsExactly(ids.get(2));

    settle(List.of(), List.of(dead(ids.get(0))), List.of(ids.get(1)));
    assertThat(outbox().parked())
        .containsExactly(
            new ParkedRow(
                ids.get(0), ParkedState.DEAD, 3, Optional.of("refused"), Optional.empty()));
  }

  @Test
  void scheduledMessagesWaitForTheirTime() {
    Message past = scheduled("a", PAST);
    Message future = scheduled("a", FUTURE);
    Writer undone = outbox().begin();
    undone.publish(List.of(scheduled("a", PAST)));
    undone.rollback();
    rows.commit(List.of(future, message(TO, "a", "now"), past));

    assertThat(messagesOf(rows.of(TO))).extracting(Message::payload).containsExactly("now");
    assertThat(states()).containsExactly(ParkedState.SCHEDULED, ParkedState.SCHEDULED);
    assertThat(due(TO))
        .extracting(
            due -> ((Row.Loaded) due.row()).entry().message().id(),
            Due::ordered,
            Due::attempts,
            Due::mark)
        .containsExactly(tuple(past.id(), false, 0, Optional.empty()));
  }

  @Test
  void whatWasScheduledStaysOutOfTheOrderOfItsKey() {
    rows.commit(List.of(scheduled("a", PAST)));
    RowId early = dueIds(TO).get(0);
    RowId later = rows.written(TO, "a", 1).get(0);
    OrderedKey key = key(later, "a", true);
    assertThat(later.lane()).isEqualTo(early.lane());

    repark(retrying(early, Duration.ZERO));
    assertThat(due(TO)).extracting(Due::ordered).containsExactly(false);
    assertThat(store().openLanes(all(), List.of(key.lane()))).isEmpty();
    park(blocked(later));
    repark(dead(early));
    assertThat(remove(later, key)).as("a scheduled one is not in the way").containsExactly(key);
  }

  @Test
  void aScheduledRowThatIsNoMessageIsUndecodable() {
    Writer writer = outbox().begin();
    ForeignRow row =
        new ForeignRow(
            TO,
            UUID.randomUUID(),
            Optional.of("k"),
            "T",
            Optional.of("[]"),
            "x",
            Optional.of(PAST));
    writer.insert(row);
    writer.commit();
    assertThat(OutboxRows.undecodable(due(TO).stream().map(Due::row).toList()))
        .extracting(each -> each.id().messageId(), Row.Undecodable::key)
        .containsExactly(tuple(row.messageId(), Optional.of("k")));
  }

  @Test
  void whatIsDueComesByTimeAndThenBySeq() {
    List<RowId> retries = rows.written(TO, "r", 1);
    Writer writer = outbox().begin();
    for (int second : new int[] {5, 3, 5, 1, 3}) {
      writer.publish(List.of(scheduled("k" + second, PAST.plusSeconds(second))));
    }
    writer.commit();
    park(retrying(retries.get(0), Duration.ZERO));
    List<Due> due = due(TO);
    assertThat(due)
        .extracting(each -> ((Row.Loaded) each.row()).entry().message().payload())
        .containsExactly(
            "at " + PAST.plusSeconds(1),
            "at " + PAST.plusSeconds(3),
            "at " + PAST.plusSeconds(3),
            "at " + PAST.plusSeconds(5),
            "at " + PAST.plusSeconds(5),
            "no 0");
    assertThat(due.get(1).row().id().seq()).isLessThan(due.get(2).row().id().seq());
    assertThat(due.get(3).row().id().seq()).isLessThan(due.get(4).row().id().seq());
    assertThat(store().due(EVERY, List.of(TO), 4, ALL)).isEqualTo(due.subList(0, 4));
  }

  @Test
  void whatIsDueIsOfThePartitionsAndDestinationsAskedFor() {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      for (String destination : List.of("a", "b", "c")) {
        messages.add(
            Message.to(destination).type("T").key("k" + i).payload("x").deliverAt(PAST).build());
      }
    }
    rows.commit(messages);
    Set<Integer> some = Set.of(2, 3, 11);
    List<RowId> found =
        store().due(some, List.of("a", "c"), ALL, 0).stream().map(due -> due.row().id()).toList();
    assertThat(found)
        .containsExactlyInAnyOrderElementsOf(
            outbox().parked().stream()
                .map(ParkedRow::id)
                .filter(id -> some.contains(id.lane().partition()))
                .filter(id -> !id.lane().destination().equals("b"))
                .toList());
    assertThat(store().due(some, List.of("a", "c"), 3, 0)).as("a destination each").hasSize(6);
    assertThat(store().due(Set.of(), List.of("a"), ALL, 0)).isEmpty();
    assertThat(store().due(EVERY, List.of(), ALL, 0)).isEmpty();
  }

  @Test
  void aMarkIsDueAndEndsWithTheNextState() {
    List<RowId> ids = rows.written(TO, "a", 3);
    park(dead(ids.get(0)), dead(ids.get(1)), dead(ids.get(2)));
    assertThat(due(TO)).as("nobody wants it").isEmpty();
    outbox().mark(ids.get(1), Mark.RETRY);
    outbox().mark(ids.get(2), Mark.DISCARD);
    assertThat(due(TO))
        .extracting(due -> due.row().id(), Due::ordered, Due::attempts, Due::mark)
        .containsExactlyInAnyOrder(
            tuple(ids.get(1), true, 0, Optional.of(Mark.RETRY)),
            tuple(ids.get(2), true, 3, Optional.of(Mark.DISCARD)));

    settle(List.of(), List.of(retrying(ids.get(1), LONG)), List.of(ids.get(2)));
    repark(dead(ids.get(1)));
    assertThat(outbox().parked()).extracting(ParkedRow::mark).containsOnly(Optional.empty());
    assertThat(due(TO)).isEmpty();
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
      boolean written = settled.exceptionally(ParkedRowsContract::lost).join();
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

  @Test
  void destinationsAreRememberedAndPaused() {
    store().remember(List.of("b", "known"));
    store().remember(List.of("known", "a"));
    store().remember(List.of());
    rows.commit(List.of(message("hot", "k", "x")));
    rows.commit(List.of(Message.to("later").type("T").payload("x").deliverAt(FUTURE).build()));
    outbox().pause("known", true);
    assertThat(store().destinations())
        .containsExactly(
            new Destination("a", false),
            new Destination("b", false),
            new Destination("hot", false),
            new Destination("known", true),
            new Destination("later", false));
    store().remember(List.of("known"));
    assertThat(store().destinations()).contains(new Destination("known", true));
    outbox().pause("known", false);
    assertThat(store().destinations()).noneMatch(Destination::paused);
  }
}
