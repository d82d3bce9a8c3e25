package dev.mailroom.relay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Whose turn it is in an ordered lane: of each key one entry at a time, the lowest seq first. More
 * would break the order, because a FIFO batch can accept a later entry of a group after it refused
 * an earlier one. Of a blocked key none has its turn.
 */
final class KeyTurns {

  private final Map<String, PriorityQueue<Slot>> waiting = new HashMap<>();
  private final Set<String> blocked = new HashSet<>();

  /** Whether the slot may go at once; else it waits. */
  boolean take(String key, Slot slot) {
    PriorityQueue<Slot> others = waiting.get(key);
    if (others == null) {
      waiting.put(key, new PriorityQueue<>(2, Comparator.comparing(s -> s.id.seq())));
      return true;
    }
    others.add(slot);
    return false;
  }

  /** Ends the turn of a slot; the one that goes next, if there is one. */
  Optional<Slot> pass(String key) {
    PriorityQueue<Slot> others = waiting.get(key);
    if (others == null || others.isEmpty()) {
      waiting.remove(key);
      return Optional.empty();
    }
    return Optional.of(others.remove());
  }

  /** Nothing of the key goes until {@link #unblock}; the slots that waited for it. */
  List<Slot> block(String key) {
    blocked.add(key);
    PriorityQueue<Slot> others = waiting.remove(key);
    List<Slot> inOrder = new ArrayList<>();
    while (others != null && !others.isEmpty()) {
      inOrder.add(others.remove());
    }
    return inOrder;
  }

  boolean isBlocked(String key) {
    return blocked.contains(key);
  }

  void unblock(String key) {
    blocked.remove(key);
  }
}
