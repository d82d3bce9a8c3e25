package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.RowId;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the engine knows of one lane: the rows it holds, and the low-water mark. Every row at or
 * below the mark is gone or held here, and none can appear there.
 */
final class LaneWindow {

  private static final int FIRST_APPETITE = 16;

  final Lane lane;
  private final int size;
  private final Map<Long, Slot> slots = new TreeMap<>();
  private int live;
  private int appetite = FIRST_APPETITE;

  /** Nothing at or below needs to be read. */
  private long mark;

  /** The highest seq that a read has returned since the marks were last forgotten. */
  private long highest;

  /** A mark that waits for the writers of its time to end, and one that waits for a read. */
  private long pending;

  private long settled;
  private long settledAfter;

  /** When to read next, on the engine's clock; owned by {@link LaneReader}. */
  long dueAt;

  /** When a row or a signal last came, on the engine's clock. */
  long lastSign;

  LaneWindow(Lane lane, int size) {
    this.lane = lane;
    this.size = size;
  }

  @Nullable Slot slot(long seq) {
    return slots.get(seq);
  }

  boolean holds(RowId id) {
    Slot slot = slots.get(id.seq());
    return slot != null && slot.id.equals(id);
  }

  void add(Slot slot) {
    slots.put(slot.id.seq(), slot);
    live++;
  }

  /** The row is gone, but an older read may still return it. */
  void gone(Slot slot) {
    live--;
  }

  void forget(Slot slot) {
    slots.remove(slot.id.seq(), slot);
  }

  boolean hasRoom() {
    return live < size;
  }

  /** What to read next: the rows held already, which come without content, and some new ones. */
  Range next() {
    int room = Math.min(size - live, appetite);
    return new Range(lane, mark, Long.MAX_VALUE, Math.max(mark, highest), live + room);
  }

  /** A lane that filled its last read gets twice as many rows in the next, up to its window. */
  void fed(boolean full) {
    appetite = full ? Math.min(size, appetite * 2) : FIRST_APPETITE;
  }

  void sawRow(long seq) {
    highest = Math.max(highest, seq);
  }

  long mark() {
    return mark;
  }

  /** Step 1: the highest row read so far is what the mark may move to. */
  void propose() {
    pending = highest > mark ? highest : 0;
  }

  /** Step 2: all who could have written below it have ended; reads after this one count. */
  void settle(long lastRead) {
    if (pending > 0 && settled == 0) {
      settled = pending;
      settledAfter = lastRead;
    }
    pending = 0;
  }

  /** Step 3: a read begun later returned the lane from its mark up to {@code wholeUpTo}. */
  void readWhole(long read, long wholeUpTo) {
    if (settled > 0 && read > settledAfter && wholeUpTo >= settled) {
      mark = Math.max(mark, settled);
      settled = 0;
    }
  }

  /** The sweep found a row below the mark. */
  void lowerMark(long below) {
    mark = Math.min(mark, below);
    pending = 0;
    settled = 0;
  }

  /** The sequence may have been set back: nothing is known of what lies below. */
  void forgetMark() {
    lowerMark(0);
    highest = 0;
  }
}
