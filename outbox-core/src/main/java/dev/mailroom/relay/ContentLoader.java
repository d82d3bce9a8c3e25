package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps account of the content in memory, and loads what a read only listed: large messages and
 * those for which there was no room. At least one message is always let in, however large.
 */
final class ContentLoader {

  /** Content up to this comes along with a read; what is larger is loaded by itself. */
  private static final int INLINE_BYTES = 4_096;

  /** What one load brings at most. */
  private static final int LOAD_BYTES = 4 << 20;

  private static final int LOAD_ROWS = 1_000;

  /** A read of lanes, one of parked messages and a load may be under way at a time. */
  private static final int AT_ONCE = 3;

  /** What becomes of a slot once its content was looked for. */
  interface Receiver {
    void loaded(Slot slot);

    void undecodable(Slot slot, String error);

    void missing(Slot slot);

    /** All slots of one load were handed over. */
    void pause();
  }

  private final Environment environment;
  private final StoreCalls<OutboxStore> calls;
  private final Receiver receiver;

  /** By destination, in rotation, so that none waits behind another that takes nothing. */
  private final Map<DestinationQueue, Deque<Slot>> wanted = new LinkedHashMap<>();

  private long buffered;
  private boolean loading;

  ContentLoader(Environment environment, StoreCalls<OutboxStore> calls, Receiver receiver) {
    this.environment = environment;
    this.calls = calls;
    this.receiver = receiver;
  }

  /** How large a message may be to come along with a read of so many; 0 while memory is full. */
  int inlineBytes(int rows) {
    return (int) Math.min(INLINE_BYTES, room() / rows);
  }

  /** What one read or load may bring. */
  private long room() {
    return Math.max(0, environment.settings().bufferedBytes() - buffered) / AT_ONCE;
  }

  void keep(Slot slot, OutboxEntry entry) {
    slot.fill(entry);
    buffered += slot.size;
  }

  void drop(Slot slot) {
    if (slot.loaded()) {
      slot.empty();
      buffered -= slot.size;
      load();
    }
  }

  void want(Slot slot) {
    wanted.computeIfAbsent(slot.queue(), queue -> new ArrayDeque<>()).add(slot);
  }

  void forget(Tenure tenure) {
    wanted.values().forEach(slots -> slots.removeIf(slot -> slot.tenure() == tenure));
    wanted.values().removeIf(Deque::isEmpty);
  }

  /** Loads what is wanted, as far as there is room. */
  void load() {
    Map<RowId, Slot> batch = loading ? Map.of() : next();
    if (batch.isEmpty()) {
      return;
    }
    loading = true;
    List<RowId> ids = new ArrayList<>(batch.keySet());
    calls.run(
        "load", store -> store.load(ids), rows -> loaded(batch, rows), wait -> again(batch, wait));
  }

  private Map<RowId, Slot> next() {
    Map<RowId, Slot> batch = new LinkedHashMap<>();
    long room = Math.min(LOAD_BYTES, room());
    List<DestinationQueue> willing =
        wanted.keySet().stream().filter(DestinationQueue::wantsMore).toList();
    for (DestinationQueue queue : willing) {
      Deque<Slot> slots = wanted.remove(queue);
      room = take(slots, room / willing.size() + 1, room, batch);
      if (!slots.isEmpty()) {
        wanted.put(queue, slots); // behind the others
      }
    }
    return batch;
  }

  /**
   * Takes slots up to a share of the room; one at least if nothing else is in memory.
   *
   * @return the room that is left
   */
  private long take(Deque<Slot> slots, long share, long room, Map<RowId, Slot> batch) {
    long left = room;
    long taken = 0;
    while (!slots.isEmpty() && batch.size() < LOAD_ROWS) {
      int size = slots.element().size;
      boolean onlyOne = batch.isEmpty() && buffered == 0;
      boolean fits = size <= left && (taken == 0 || taken + size <= share);
      if (!fits && !onlyOne) {
        break;
      }
      batch.put(slots.element().id, slots.remove());
      taken += size;
      left -= size;
    }
    return left;
  }

  private void loaded(Map<RowId, Slot> batch, List<Row> rows) {
    loading = false;
    for (Row row : rows) {
      Slot slot = batch.remove(row.id());
      if (slot != null && !slot.tenure().isHeld()) {
        continue;
      }
      if (slot != null && row instanceof Row.Loaded found) {
        keep(slot, found.entry());
        receiver.loaded(slot);
      } else if (slot != null && row instanceof Row.Undecodable broken) {
        receiver.undecodable(slot, broken.error());
      }
    }
    batch.values().stream().filter(slot -> slot.tenure().isHeld()).forEach(receiver::missing);
    receiver.pause();
    load();
  }

  private void again(Map<RowId, Slot> batch, Duration wait) {
    List<Slot> slots = new ArrayList<>(batch.values());
    for (int i = slots.size() - 1; i >= 0; i--) {
      Slot slot = slots.get(i);
      if (slot.tenure().isHeld()) {
        wanted.computeIfAbsent(slot.queue(), queue -> new ArrayDeque<>()).addFirst(slot);
      }
    }
    environment
        .timeline()
        .schedule(
            wait,
            () -> {
              loading = false;
              load();
            });
  }
}
