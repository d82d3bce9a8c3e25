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
final class KeyTurns<T> {

  private final Comparator<? super T> order;
  private final Map<String, PriorityQueue<T>> waiting = new HashMap<>();
  private final Set<String> blocked = new HashSet<>();

  /**
   * @param order who goes before whom of a key
   */
  KeyTurns(Comparator<? super T> order) {
    this.order = order;
  }

  /** Whether the slot may go at once; else it waits. */
  boolean take(String key, T slot) {
    PriorityQueue<T> others = waiting.get(key);
    if (others == null) {
      waiting.put(key, new PriorityQueue<>(2, order));
      return true;
    }
    others.add(slot);
    return false;
  }

  /** Ends the turn of a slot; the one that goes next, if there is one. */
  Optional<T> pass(String key) {
    PriorityQueue<T> others = waiting.get(key);
    if (others == null || others.isEmpty()) {
      waiting.remove(key);
      return Optional.empty();
    }
    return Optional.of(others.remove());
  }

  /** Nothing of the key goes until {@link #unblock}; the slots that waited for it. */
  List<T> block(String key) {
    blocked.add(key);
    PriorityQueue<T> others = waiting.remove(key);
    List<T> inOrder = new ArrayList<>();
    while (others != null && !others.isEmpty()) {
      inOrder.add(others.remove());
    }
    return inOrder;
  }

  /** All that wait, of whatever key. */
  List<T> waiting() {
    List<T> all = new ArrayList<>();
    waiting.values().forEach(all::addAll);
    return all;
  }

  boolean isBlocked(String key) {
    return blocked.contains(key);
  }

  void unblock(String key) {
    blocked.remove(key);
  }
}
