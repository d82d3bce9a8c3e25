package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.OrderedLane;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.RowId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the engine knows of one lane: the rows it holds, and the low-water mark. Every row at or
 * below the mark is gone or held here, and none can appear there.
 */
final class LaneWindow {

  /** A lane that was empty is asked for little, so that one read has room for many such lanes. */
  private static final int FIRST_APPETITE = 2;

  private static final int GROWTH = 8;

  final Lane lane;
  final Tenure tenure;
  final DestinationQueue queue;

  /** Who is next of each key; null where order does not matter. */
  final @Nullable KeyTurns<Slot> turns;

  private final boolean deadBlocks;
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

  LaneWindow(DestinationQueue queue, Tenure tenure, Settings settings) {
    this.lane = new Lane(queue.name, tenure.partition());
    this.tenure = tenure;
    this.queue = queue;
    this.turns =
        queue.isOrdered() ? new KeyTurns<>(Comparator.comparing(slot -> slot.id.seq())) : null;
    this.deadBlocks = settings.deadLetters() == DeadLetterPolicy.BLOCK_KEY;
    this.size = settings.window();
  }

  boolean ordered() {
    return turns != null;
  }

  /** Slots that wait for others of their key. */
  List<Slot> waiting() {
    return turns == null ? List.of() : turns.waiting();
  }

  OrderedLane orderedLane() {
    return new OrderedLane(lane, deadBlocks);
  }

  Optional<OrderedKey> orderedKey(String key) {
    return ordered() ? Optional.of(new OrderedKey(orderedLane(), key)) : Optional.empty();
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

  /** A lane that filled its last read gets many more rows in the next, up to its window. */
  void fed(boolean full) {
    appetite = full ? Math.min(size, appetite * GROWTH) : FIRST_APPETITE;
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
