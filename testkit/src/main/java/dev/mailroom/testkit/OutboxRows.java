package dev.mailroom.testkit;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.testkit.StoreUnderTest.ForeignRow;
import dev.mailroom.testkit.StoreUnderTest.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Messages to write for {@link OutboxStoreContract}, and what a store shows of them. */
final class OutboxRows {

  static final String TO = "orders";

  /** As good as without a limit. */
  static final int ALL = 1_000_000;

  private final Supplier<StoreUnderTest> outbox;

  OutboxRows(Supplier<StoreUnderTest> outbox) {
    this.outbox = outbox;
  }

  static Message message(String destination, @Nullable String key, String payload) {
    return Message.to(destination).type("Test").key(key).payload(payload).build();
  }

  static List<Message> messages(String key, int count) {
    return IntStream.range(0, count).mapToObj(i -> message(TO, key, "no " + i)).toList();
  }

  static Message scheduled(@Nullable String key, Instant at) {
    return Message.to(TO).type("Test").key(key).payload("at " + at).deliverAt(at).build();
  }

  static Range whole(Lane lane) {
    return new Range(lane, 0, Long.MAX_VALUE, 0, ALL);
  }

  static RowId withOtherMessage(RowId id) {
    return new RowId(id.lane(), id.seq(), new UUID(1, 1));
  }

  static Parking dead(RowId id) {
    return new Parking(id, ParkedState.DEAD, Duration.ZERO, 3, "refused");
  }

  static Parking blocked(RowId id) {
    return new Parking(id, ParkedState.BLOCKED, Duration.ZERO, 0, "behind another");
  }

  static Parking retrying(RowId id, Duration delay) {
    return new Parking(id, ParkedState.RETRYING, delay, 1, "try again");
  }

  static List<Message> messagesOf(List<Row> rows) {
    return rows.stream().map(row -> ((Row.Loaded) row).entry().message()).toList();
  }

  static ForeignRow foreign(String destination, String key, String headers) {
    return new ForeignRow(
        destination,
        UUID.randomUUID(),
        Optional.of(key),
        "T",
        Optional.of(headers),
        "x",
        Optional.empty());
  }

  static List<Row.Undecodable> undecodable(List<Row> rows) {
    return rows.stream()
        .filter(row -> row instanceof Row.Undecodable)
        .map(Row.Undecodable.class::cast)
        .toList();
  }

  private OutboxStore store() {
    return outbox.get().store();
  }

  void commit(List<Message> messages) {
    Writer writer = outbox.get().begin();
    writer.publish(messages);
    writer.commit();
  }

  /** The ids of new messages of a key, by seq. */
  List<RowId> written(String destination, String key, int count) {
    List<RowId> before = ids(destination);
    commit(IntStream.range(0, count).mapToObj(i -> message(destination, key, "no " + i)).toList());
    return ids(destination).stream().filter(id -> !before.contains(id)).toList();
  }

  /** All rows to a destination, lane by lane. */
  List<Row> of(String destination) {
    return store()
        .read(
            IntStream.range(0, Lane.PARTITIONS)
                .mapToObj(partition -> whole(new Lane(destination, partition)))
                .toList(),
            ALL);
  }

  List<RowId> ids(String destination) {
    return of(destination).stream().map(Row::id).toList();
  }

  List<RowId> ids(Range... ranges) {
    return store().read(List.of(ranges), ALL).stream().map(Row::id).toList();
  }
}
