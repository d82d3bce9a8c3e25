package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.RowId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A row in a lane's window, from the read that found it until no read can return it again. */
final class Slot {

  final RowId id;
  final Optional<String> key;
  final int size;
  final LaneWindow lane;

  /** Why the row is no message, if it is none. */
  @Nullable String undecodable;

  private @Nullable OutboxEntry content;

  /** How often it failed by its own fault, against the limit of attempts. */
  int attempts;

  /** How often it failed at all, for the backoff. */
  int failures;

  /** What its destination had accepted in all when this was first sent, or last failed. */
  long acceptedBefore;

  Slot(LaneWindow lane, RowId id, Optional<String> key, int size) {
    this.lane = lane;
    this.id = id;
    this.key = key;
    this.size = size;
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
