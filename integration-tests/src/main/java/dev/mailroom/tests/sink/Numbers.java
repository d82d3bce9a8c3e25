package dev.mailroom.tests.sink;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** A set of numbered messages, in little memory. Not thread-safe. */
public final class Numbers {

  private final Map<String, BitSet> byLane = new HashMap<>();

  /** Whether it is new. */
  public boolean add(String lane, int n) {
    BitSet numbers = byLane.computeIfAbsent(lane, each -> new BitSet());
    boolean isNew = !numbers.get(n);
    numbers.set(n);
    return isNew;
  }

  public boolean has(String lane, int n) {
    BitSet numbers = byLane.get(lane);
    return numbers != null && numbers.get(n);
  }

  public long size() {
    return byLane.values().stream().mapToLong(BitSet::cardinality).sum();
  }

  /** How many of these are not among {@code others}. */
  public long without(Numbers others) {
    long count = 0;
    for (Map.Entry<String, BitSet> each : byLane.entrySet()) {
      BitSet rest = (BitSet) each.getValue().clone();
      BitSet theirs = others.byLane.get(each.getKey());
      if (theirs != null) {
        rest.andNot(theirs);
      }
      count += rest.cardinality();
    }
    return count;
  }
}
