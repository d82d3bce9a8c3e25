package dev.mailroom.testkit;

import static dev.mailroom.testkit.OutboxRows.ALL;
import static dev.mailroom.testkit.OutboxRows.TO;
import static dev.mailroom.testkit.OutboxRows.foreign;
import static dev.mailroom.testkit.OutboxRows.message;
import static dev.mailroom.testkit.OutboxRows.messages;
import static dev.mailroom.testkit.OutboxRows.messagesOf;
import static dev.mailroom.testkit.OutboxRows.undecodable;
import static dev.mailroom.testkit.OutboxRows.whole;
import static dev.mailroom.testkit.OutboxRows.withOtherMessage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.OutboxStore.Destination;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.testkit.StoreUnderTest.ForeignRow;
import dev.mailroom.testkit.StoreUnderTest.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/**
 * What the relay relies on in an {@link OutboxStore}. Extend it for a store, begin each test with
 * an empty outbox, and all of it has to pass. JUnit and AssertJ must be on the test class path.
 */
public abstract class OutboxStoreContract extends ParkedRowsContract {

  @Test
  void readsWhatWasCommittedAndNothingElse() {
    List<Message> messages =
        List.of(
            message(TO, "a", "x"),
            Message.to(TO).type("No key").payload("📬\n\"'\\").build(),
            Message.to(TO)
                .type("Headers")
                .header("text", "ä")
                .header("number", 1.5)
                .header("list", List.of("x", "y"))
                .header("bytes", new byte[] {0, 1})
                .binary(new byte[] {2})
                .build());
    rows.commit(messages);
    Writer undone = outbox().begin();
    undone.publish(messages("a", 2));
    undone.rollback();
    Writer open = outbox().begin();
    open.publish(messages("a", 2));

    assertThat(messagesOf(rows.of(TO))).containsExactlyInAnyOrderElementsOf(messages);
    open.rollback();
  }

  @Test
  void seqFollowsTheOrderOfWriting() {
    List<Message> messages = messages("a", 50);
    rows.commit(messages);
    assertThat(messagesOf(rows.of(TO))).containsExactlyElementsOf(messages);
    assertThat(rows.ids(TO)).extracting(RowId::seq).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void readsTheLowestRowsOfARange() {
    rows.commit(messages("a", 20));
    List<RowId> ids = rows.ids(TO);
    Lane lane = ids.get(0).lane();
    long fifth = ids.get(4).seq();
    long tenth = ids.get(9).seq();

    assertThat(rows.ids(new Range(lane, 0, Long.MAX_VALUE, 0, 7))).isEqualTo(ids.subList(0, 7));
    assertThat(rows.ids(new Range(lane, fifth, Long.MAX_VALUE, 0, ALL)))
        .isEqualTo(ids.subList(5, 20));
    assertThat(rows.ids(new Range(lane, fifth, tenth, 0, ALL))).isEqualTo(ids.subList(5, 10));
    assertThat(rows.ids(new Range(lane, fifth, tenth, 0, 2))).isEqualTo(ids.subList(5, 7));
    assertThat(rows.ids(new Range(lane, tenth, tenth, 0, ALL))).isEmpty();
    assertThat(rows.ids(new Range(lane, ids.get(19).seq(), Long.MAX_VALUE, 0, ALL))).isEmpty();
  }

  @Test
  void readsManyRangesOneAfterTheOther() {
    rows.commit(messages("a", 10));
    rows.commit(IntStream.range(0, 10).mapToObj(i -> message("bills", "b", "no " + i)).toList());
    List<RowId> orders = rows.ids(TO);
    List<RowId> bills = rows.ids("bills");
    Lane empty = new Lane("nobody", 3);

    assertThat(
            rows.ids(
                new Range(orders.get(0).lane(), orders.get(5).seq(), Long.MAX_VALUE, 0, 3),
                whole(empty),
                new Range(bills.get(0).lane(), 0, Long.MAX_VALUE, 0, 2),
                new Range(orders.get(0).lane(), 0, orders.get(5).seq(), 0, 2)))
        .containsExactlyElementsOf(
            Stream.of(orders.subList(6, 9), bills.subList(0, 2), orders.subList(0, 2))
                .flatMap(List::stream)
                .toList());
    assertThat(store().read(List.of(), ALL)).isEmpty();
  }

  @Test
  void listsWithoutContentWhatIsKnownOrLarge() {
    List<Message> messages = messages("a", 4);
    rows.commit(messages);
    List<RowId> ids = rows.ids(TO);
    Range range = new Range(ids.get(0).lane(), 0, Long.MAX_VALUE, ids.get(1).seq(), ALL);
    List<Row> found = store().read(List.of(range), ALL);
    assertThat(found).extracting(Row::id).isEqualTo(ids);
    assertThat(found.subList(0, 2))
        .allSatisfy(
            row ->
                assertThat(row)
                    .asInstanceOf(InstanceOfAssertFactories.type(Row.Listed.class))
                    .extracting(Row.Listed::key)
                    .isEqualTo(Optional.of("a")));
    assertThat(messagesOf(found.subList(2, 4))).isEqualTo(messages.subList(2, 4));

    int size = ((Row.Loaded) found.get(2)).size();
    assertThat(store().read(List.of(whole(ids.get(0).lane())), size))
        .allMatch(row -> row instanceof Row.Loaded);
    assertThat(store().read(List.of(whole(ids.get(0).lane())), size - 1))
        .hasSize(4)
        .allMatch(row -> row instanceof Row.Listed listed && listed.size() == size);
  }

  @Test
  void loadsWhatWasListed() {
    List<Message> messages = new ArrayList<>(messages("a", 3));
    messages.add(message(TO, "b", "x".repeat(200_000)));
    rows.commit(messages);
    List<RowId> ids = rows.ids(TO);
    store().acknowledge(List.of(ids.get(0)));

    List<RowId> wanted = new ArrayList<>(ids);
    Collections.reverse(wanted);
    wanted.add(withOtherMessage(ids.get(1)));
    List<Row> loaded = store().load(wanted);
    assertThat(loaded)
        .extracting(Row::id)
        .containsExactlyInAnyOrderElementsOf(ids.subList(1, ids.size()));
    assertThat(loaded)
        .allSatisfy(
            row ->
                assertThat(((Row.Loaded) row).entry().message())
                    .isIn(messages)
                    .extracting(Message::id)
                    .isEqualTo(row.id().messageId()));
    assertThat(store().load(List.of())).isEmpty();
  }

  @Test
  void acknowledgesOnlyTheRowThatStillHoldsTheMessage() {
    rows.commit(messages("a", 5));
    List<RowId> ids = rows.ids(TO);
    RowId stale = withOtherMessage(ids.get(0));
    store().acknowledge(List.of(ids.get(4), stale, ids.get(1), ids.get(1), ids.get(3)));
    assertThat(rows.ids(TO)).containsExactly(ids.get(0), ids.get(2));

    store().acknowledge(ids);
    store().acknowledge(ids);
    store().acknowledge(List.of());
    assertThat(rows.ids(TO)).isEmpty();
    assertThat(outbox().parked()).isEmpty();
  }

  @Test
  void acknowledgingInOppositeOrdersNeverDeadlocks() {
    for (int round = 0; round < 20; round++) {
      rows.commit(IntStream.range(0, 200).mapToObj(i -> message(TO, "k" + i, "x")).toList());
      List<RowId> ids = rows.ids(TO);
      List<RowId> reversed = new ArrayList<>(ids);
      Collections.reverse(reversed);
      CompletableFuture<Void> other =
          CompletableFuture.runAsync(() -> store().acknowledge(reversed));
      store().acknowledge(ids);
      other.join();
      assertThat(rows.ids(TO)).isEmpty();
    }
  }

  @Test
  void aLateCommitShowsItsLowerSeq() {
    Writer late = outbox().begin();
    late.publish(List.of(message(TO, "a", "late")));
    rows.commit(List.of(message(TO, "a", "early")));
    List<RowId> before = rows.ids(TO);
    assertThat(before).hasSize(1);
    late.commit();
    List<RowId> after = rows.ids(TO);
    assertThat(after).hasSize(2).element(1).isEqualTo(before.get(0));
    assertThat(after.get(0).seq()).isLessThan(before.get(0).seq());
  }

  @Test
  void showsWritersFromTheirInsertUntilTheirEnd() {
    assertThat(store().openWriters().isPresent()).isEqualTo(outbox().tellsOpenWriters());
    if (!outbox().tellsOpenWriters()) {
      return;
    }
    Writer reader = outbox().begin();
    reader.workElsewhere();
    assertThat(writers()).isEmpty();

    Writer first = outbox().begin();
    first.publish(messages("a", 1));
    Set<String> one = writers();
    assertThat(one).isNotEmpty();
    Writer second = toldFrom(one);
    assertThat(writers()).containsAll(one);
    reader.workElsewhere();
    first.workElsewhere();
    assertThat(writers()).containsAll(one);

    first.commit();
    assertThat(writers()).isNotEmpty().doesNotContainAnyElementsOf(one);
    second.rollback();
    reader.commit();
    store().acknowledge(rows.ids(TO));
    assertThat(writers()).as("its own writes end with the call").isEmpty();
  }

  /** Writers that begin at about the same time may go by one name, later ones may not. */
  private Writer toldFrom(Set<String> earlier) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (System.nanoTime() < deadline) {
      Writer writer = outbox().begin();
      writer.publish(messages("b", 2));
      if (!earlier.containsAll(writers())) {
        return writer;
      }
      writer.rollback();
    }
    throw new AssertionError("A later writer goes by the name of one before it: " + earlier);
  }

  private Set<String> writers() {
    return store().openWriters().orElseThrow();
  }

  @Test
  void aRowThatIsNoMessageIsUndecodableAndHarmsNoOther() {
    ForeignRow good = foreign(TO, "k", "{\"a\":1}");
    String id = good.messageId().toString();
    List<ForeignRow> bad =
        List.of(
            foreign(TO, "k", "{\"a\""),
            foreign(TO, "k", "[]"),
            foreign(TO, "k", "{\"a\":" + "1".repeat(2_000) + "}"),
            foreign(TO, "k", "{\"mailroom-id\":\"" + id + "\"}"),
            foreign(TO, "with space", "{}"),
            foreign(TO, "k".repeat(129), "{}"),
            new ForeignRow(
                TO,
                UUID.randomUUID(),
                Optional.of("k"),
                "",
                Optional.empty(),
                "x",
                Optional.empty()),
            new ForeignRow(
                TO,
                UUID.randomUUID(),
                Optional.of("k"),
                "T",
                Optional.empty(),
                "",
                Optional.empty()));
    Writer writer = outbox().begin();
    bad.forEach(writer::insert);
    writer.insert(good);
    writer.commit();

    List<Row> found = rows.of(TO);
    assertThat(found).hasSize(bad.size() + 1);
    assertThat(messagesOf(found.stream().filter(row -> row instanceof Row.Loaded).toList()))
        .extracting(Message::id)
        .containsExactly(good.messageId());
    List<Row.Undecodable> undecodable = undecodable(found);
    assertThat(undecodable)
        .extracting(row -> row.id().messageId(), Row.Undecodable::key)
        .containsExactlyInAnyOrderElementsOf(
            bad.stream().map(row -> tuple(row.messageId(), row.key())).toList());
    assertThat(undecodable).allSatisfy(row -> assertThat(row.error()).isNotBlank());

    assertThat(undecodable(store().load(rows.ids(TO))))
        .containsExactlyInAnyOrderElementsOf(undecodable);
  }

  @Test
  void aDestinationThatIsNoneIsUndecodableToo() {
    Writer writer = outbox().begin();
    writer.insert(foreign("no destination", "k", "{}"));
    writer.commit();
    assertThat(store().destinations()).containsExactly(new Destination("no destination", false));
    assertThat(undecodable(rows.of("no destination"))).hasSize(1);
  }

  @Test
  void findsTheDestinations() {
    assertThat(store().destinations()).isEmpty();
    List<String> names =
        IntStream.range(0, 1_000)
            .mapToObj(i -> List.of("sqs:q", "arn:aws:sns:", "Bills", "a", "_").get(i % 5) + i)
            .toList();
    rows.commit(names.stream().map(name -> message(name, "k", "x")).toList());
    rows.commit(IntStream.range(0, 2_000).mapToObj(i -> message("Bills1", "k" + i, "x")).toList());
    List<String> sorted = Stream.concat(names.stream(), Stream.of("Bills1")).sorted().toList();
    assertThat(names()).isEqualTo(sorted);

    store().acknowledge(rows.ids("Bills1"));
    assertThat(names()).hasSize(1_000).doesNotContain("Bills1");
  }

  private List<String> names() {
    return store().destinations().stream().map(Destination::name).toList();
  }
}
