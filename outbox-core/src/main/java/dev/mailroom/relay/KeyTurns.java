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
 * Whose turn it is in an ordered destination: of each key one entry at a time, the lowest seq
 * first. More would break the order, because a FIFO batch can accept a later entry of a group after
 * it refused an earlier one.
 */
final class KeyTurns {

  private final Map<String, PriorityQueue<Slot>> waiting = new HashMap<>();
  private final Set<String> blocked = new HashSet<>();

  /** Whether the slot may go at once; else it waits. A slot without a key never waits. */
  boolean take(Slot slot) {
    if (slot.key.isEmpty()) {
      return true;
    }
    PriorityQueue<Slot> others = waiting.get(slot.key.get());
    if (others == null) {
      waiting.put(slot.key.get(), new PriorityQueue<>(2, Comparator.comparing(s -> s.id.seq())));
      return true;
    }
    others.add(slot);
    return false;
  }

  /** Ends the slot's turn; the one that goes next, if there is one. */
  Optional<Slot> pass(Slot slot) {
    if (slot.key.isEmpty()) {
      return Optional.empty();
    }
    String key = slot.key.get();
    PriorityQueue<Slot> others = waiting.get(key);
    if (others == null || others.isEmpty()) {
      waiting.remove(key);
      return Optional.empty();
    }
    return Optional.of(others.remove());
  }

  /** Nothing of the key goes from now on; the slots that waited for it. */
  List<Slot> block(String key) {
    blocked.add(key);
    PriorityQueue<Slot> others = waiting.remove(key);
    return others == null ? List.of() : new ArrayList<>(others);
  }

  boolean isBlocked(Slot slot) {
    return slot.key.isPresent() && blocked.contains(slot.key.get());
  }
}
