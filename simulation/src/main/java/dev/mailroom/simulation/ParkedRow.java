package dev.mailroom.simulation;

import dev.mailroom.relay.OutboxStore.Due;
import dev.mailroom.relay.OutboxStore.Mark;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A row of the parked table; changed in place, under the locks that a database would take. */
final class ParkedRow {

  final StoredRow row;

  /** Whether it keeps its place in its key; not so if it was scheduled. */
  final boolean ordered;

  private ParkedState state;
  private Instant dueAt;
  private int attempts;
  private String error;
  private @Nullable Mark mark;

  private ParkedRow(StoredRow row, boolean ordered, ParkedState state, Instant dueAt) {
    this.row = row;
    this.ordered = ordered;
    this.state = state;
    this.dueAt = dueAt;
    error = "";
  }

  static ParkedRow scheduled(StoredRow row, Instant dueAt) {
    return new ParkedRow(row, false, ParkedState.SCHEDULED, dueAt);
  }

  static ParkedRow parked(StoredRow row, Parking parking, Instant now) {
    ParkedRow parked = new ParkedRow(row, true, parking.state(), now);
    parked.park(parking, now);
    return parked;
  }

  void park(Parking parking, Instant now) {
    state = parking.state();
    dueAt = state == ParkedState.RETRYING ? now.plus(parking.delay()) : now;
    attempts = parking.attempts();
    error = parking.error();
    mark = null;
  }

  /** It has become the first of its key. */
  void letGo(Instant now) {
    if (state == ParkedState.BLOCKED) {
      state = ParkedState.RETRYING;
      dueAt = now;
    }
  }

  void mark(Mark wish, Instant now) {
    mark = wish;
    dueAt = now;
  }

  boolean isOf(String key) {
    return ordered && row.key().isPresent() && row.key().get().equals(key);
  }

  /** Whether others of its key wait behind it. */
  boolean isWaitedFor(OrderedKey key) {
    return isOf(key.key()) && (state != ParkedState.DEAD || key.lane().deadBlocks());
  }

  boolean isDue(Instant now) {
    if (mark == Mark.DISCARD) {
      return true;
    }
    return switch (state) {
      case BLOCKED -> false;
      case DEAD -> mark == Mark.RETRY;
      case SCHEDULED, RETRYING -> mark == Mark.RETRY || !dueAt.isAfter(now);
    };
  }

  Due due(int maxInline) {
    return new Due(row.shown(false, maxInline), ordered, mark == Mark.RETRY ? 0 : attempts, mark());
  }

  Instant dueAt() {
    return dueAt;
  }

  ParkedState state() {
    return state;
  }

  int attempts() {
    return attempts;
  }

  /** Why it was parked; empty if its writer did it. */
  String error() {
    return error;
  }

  Optional<Mark> mark() {
    return Optional.ofNullable(mark);
  }

  boolean isMarked() {
    return mark != null;
  }

  @Override
  public String toString() {
    return row.id() + " " + state + " due " + dueAt + " mark " + mark + ": " + error;
  }
}
