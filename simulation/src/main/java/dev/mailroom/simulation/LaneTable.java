package dev.mailroom.simulation;

import dev.mailroom.relay.Lane;
import dev.mailroom.relay.OutboxStore.RowId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A table whose primary key is (destination, partition, seq). */
final class LaneTable<R> {

  private static final TreeMap<Long, Object> NOTHING = new TreeMap<>();

  private final Map<Lane, TreeMap<Long, R>> lanes = new HashMap<>();
  private final Function<R, RowId> idOf;
  private int size;

  LaneTable(Function<R, RowId> idOf) {
    this.idOf = idOf;
  }

  int size() {
    return size;
  }

  /** The row of that id, and only if it still holds that message. */
  @Nullable R get(RowId id) {
    TreeMap<Long, R> lane = lanes.get(id.lane());
    R row = lane == null ? null : lane.get(id.seq());
    return row != null && idOf.apply(row).equals(id) ? row : null;
  }

  void put(R row) {
    RowId id = idOf.apply(row);
    if (lanes.computeIfAbsent(id.lane(), lane -> new TreeMap<>()).put(id.seq(), row) != null) {
      throw new IllegalStateException("duplicate key " + id);
    }
    size++;
  }

  @Nullable R remove(RowId id) {
    R row = get(id);
    if (row != null) {
      TreeMap<Long, R> lane = lanes.get(id.lane());
      if (lane != null && lane.remove(id.seq()) != null) {
        size--;
      }
    }
    return row;
  }

  /** The rows of a lane above one seq and up to another. */
  @SuppressWarnings("unchecked") // nothing is of any type
  NavigableMap<Long, R> range(Lane lane, long after, long upTo) {
    TreeMap<Long, R> rows = lanes.get(lane);
    if (rows == null || rows.isEmpty() || after >= upTo) {
      return (NavigableMap<Long, R>) (NavigableMap<Long, ?>) NOTHING;
    }
    return rows.subMap(after, false, upTo, true);
  }

  Collection<R> lane(Lane lane) {
    return range(lane, 0, Long.MAX_VALUE).values();
  }

  void forEach(Consumer<R> each) {
    if (size > 0) {
      lanes.values().forEach(lane -> lane.values().forEach(each));
    }
  }

  long highestSeq() {
    long highest = 0;
    for (TreeMap<Long, R> lane : lanes.values()) {
      highest = lane.isEmpty() ? highest : Math.max(highest, lane.lastKey());
    }
    return highest;
  }
}
