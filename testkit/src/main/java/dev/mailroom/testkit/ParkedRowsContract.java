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
import static org.assertj.core.api.Assertions.tuple;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxStore.Destination;
import dev.mailroom.relay.OutboxStore.Due;
import dev.mailroom.relay.OutboxStore.Mark;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.testkit.StoreUnderTest.ForeignRow;
import dev.mailroom.testkit.StoreUnderTest.ParkedRow;
import dev.mailroom.testkit.StoreUnderTest.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the relay relies on for rows that are set aside. */
abstract class ParkedRowsContract extends SettlementContract {

  private static final Instant PAST = Instant.parse("2001-01-01T00:00:00Z");
  private static final Instant FUTURE = Instant.parse("2999-01-01T00:00:00Z");

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
