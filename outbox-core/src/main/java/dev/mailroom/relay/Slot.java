package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.RowId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A row in the relay's hands, from the read that found it until no read can return it again. */
final class Slot {

  final RowId id;
  final Optional<String> key;
  final int size;
  final LaneWindow lane;

  /** Whether the row is in {@code outbox_parked}. */
  final boolean parked;

  /** Whether it keeps its place among the messages of its key. */
  final boolean ordered;

  /** Why the row is no message, if it is none. */
  @Nullable String undecodable;

  private @Nullable OutboxEntry content;

  /** How often it failed by its own fault, against the limit of attempts. */
  int attempts;

  /** How often it failed at all, for the backoff. */
  int failures;

  /** Whether it was sent since it was read. */
  boolean tried;

  /** What its destination had accepted in all when this was first sent, or last failed. */
  long acceptedBefore;

  private Slot(
      LaneWindow lane,
      RowId id,
      Optional<String> key,
      int size,
      boolean parked,
      boolean keepsOrder) {
    this.lane = lane;
    this.id = id;
    this.key = key;
    this.size = size;
    this.parked = parked;
    this.ordered = keepsOrder && lane.ordered() && key.isPresent();
  }

  /** A slot for a row as it was read, without its content. */
  static Slot of(LaneWindow lane, OutboxStore.Row row) {
    return of(lane, row, false, true);
  }

  static Slot parked(LaneWindow lane, OutboxStore.Due due) {
    Slot slot = of(lane, due.row(), true, due.ordered());
    slot.attempts = due.attempts();
    slot.failures = due.attempts();
    return slot;
  }

  private static Slot of(LaneWindow lane, OutboxStore.Row row, boolean parked, boolean keepsOrder) {
    if (row instanceof OutboxStore.Row.Loaded loaded) {
      Optional<String> key = loaded.entry().message().key();
      return new Slot(lane, row.id(), key, loaded.size(), parked, keepsOrder);
    } else if (row instanceof OutboxStore.Row.Undecodable broken) {
      Slot slot = new Slot(lane, row.id(), broken.key(), 0, parked, keepsOrder);
      slot.undecodable = broken.error();
      return slot;
    }
    OutboxStore.Row.Listed listed = (OutboxStore.Row.Listed) row;
    return new Slot(lane, row.id(), listed.key(), listed.size(), parked, keepsOrder);
  }

  Tenure tenure() {
    return lane.tenure;
  }

  DestinationQueue queue() {
    return lane.queue;
  }

  /** Its key, if its place in it counts. */
  Optional<OrderedKey> orderedKey() {
    return ordered ? key.flatMap(lane::orderedKey) : Optional.empty();
  }

  boolean loaded() {
    return content != null;
  }

  OutboxEntry content() {
    if (content == null) {
      throw new IllegalStateException("not loaded: " + id);
    }
    return content;
  }

  void fill(OutboxEntry entry) {
    content = entry;
  }

  void empty() {
    content = null;
  }
}
