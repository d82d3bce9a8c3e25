package dev.mailroom.relay;

import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.OrderedLane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lanes that this relay reads: each known destination with a route, times each partition it
 * holds. A lane in which order matters opens only after the keys with parked rows were loaded,
 * under the lease; else a message could overtake one that was parked by the owner before.
 */
final class Lanes {

  private static final int MOST_AT_ONCE = 500;

  private final Environment environment;
  private final StoreCalls<OutboxStore> calls;
  private final Consumer<LaneWindow> opened;
  private final Map<Lane, LaneWindow> open = new HashMap<>();
  private final Map<Lane, LaneWindow> toOpen = new LinkedHashMap<>();
  private boolean opening;

  /** Fewer after a failure, because there may be more parked rows than one call can look at. */
  private int atOnce = MOST_AT_ONCE;

  /**
   * @param opened takes each lane from which reading may begin
   */
  Lanes(Environment environment, StoreCalls<OutboxStore> calls, Consumer<LaneWindow> opened) {
    this.environment = environment;
    this.calls = calls;
    this.opened = opened;
  }

  /** Opens what is not open yet. */
  void open(Collection<DestinationQueue> queues, Collection<Tenure> tenures) {
    for (DestinationQueue queue : queues) {
      for (Tenure tenure : tenures) {
        Lane lane = new Lane(queue.name, tenure.partition());
        if (queue.isRouted() && !open.containsKey(lane) && !toOpen.containsKey(lane)) {
          LaneWindow window = new LaneWindow(queue, tenure, environment.settings());
          if (window.ordered()) {
            toOpen.put(lane, window);
          } else {
            admit(window);
          }
        }
      }
    }
    openNext();
  }

  /** Closes the lanes of a tenure that has ended. */
  List<LaneWindow> close(Tenure tenure) {
    List<LaneWindow> closed = new ArrayList<>();
    open.values().removeIf(lane -> lane.tenure == tenure && closed.add(lane));
    toOpen.values().removeIf(lane -> lane.tenure == tenure);
    return closed;
  }

  Collection<LaneWindow> all() {
    return open.values();
  }

  @Nullable LaneWindow get(Lane lane) {
    return open.get(lane);
  }

  private void openNext() {
    if (opening || toOpen.isEmpty()) {
      return;
    }
    opening = true;
    List<LaneWindow> group = toOpen.values().stream().limit(atOnce).toList();
    Set<Lease> leases = new HashSet<>();
    group.forEach(lane -> leases.add(lane.tenure.lease));
    List<OrderedLane> lanes = group.stream().map(LaneWindow::orderedLane).toList();
    calls.run(
        "open lanes",
        store -> store.openLanes(leases, lanes),
        blocked -> opened(group, blocked),
        wait -> openAgain(group, wait));
  }

  /** Fewer at once, and these after the others: one that cannot be opened holds up no others. */
  private void openAgain(List<LaneWindow> group, Duration wait) {
    atOnce = Math.max(1, atOnce / 2);
    for (LaneWindow lane : group) {
      if (toOpen.remove(lane.lane, lane)) {
        toOpen.put(lane.lane, lane);
      }
    }
    environment
        .timeline()
        .schedule(
            wait,
            () -> {
              opening = false;
              openNext();
            });
  }

  private void opened(List<LaneWindow> group, Set<OrderedKey> blocked) {
    atOnce = Math.min(MOST_AT_ONCE, atOnce * 2);
    Map<Lane, LaneWindow> byLane = new HashMap<>();
    group.forEach(lane -> byLane.put(lane.lane, lane));
    for (OrderedKey key : blocked) {
      LaneWindow lane = byLane.get(key.lane().lane());
      if (lane != null && lane.turns != null) {
        lane.turns.block(key.key());
      }
    }
    for (LaneWindow lane : group) {
      if (toOpen.remove(lane.lane, lane)) { // else its tenure ended meanwhile
        admit(lane);
      }
    }
    opening = false;
    openNext();
  }

  private void admit(LaneWindow lane) {
    open.put(lane.lane, lane);
    opened.accept(lane);
  }
}
