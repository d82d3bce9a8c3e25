package dev.mailroom.relay;

import java.util.HashMap;
import java.util.Map;

/**
 * Watches values that a living owner changes again and again, by the watcher's own monotonic clock.
 * So a dead one is found out even after the database's clock was set back, by which it would live
 * on for long.
 */
final class Vigil<K> {

  private record Sighting(Object value, long since) {}

  private final Map<K, Sighting> sightings = new HashMap<>();
  private final long patience;

  Vigil(long patienceNanos) {
    patience = patienceNanos;
  }

  /** Whether {@code value} has been the same for longer than the patience. */
  boolean isStale(K key, Object value, long now) {
    Sighting last = sightings.get(key);
    if (last == null || !last.value().equals(value)) {
      sightings.put(key, new Sighting(value, now));
      return false;
    }
    return now - last.since() > patience;
  }

  void retain(Iterable<K> keys) {
    Map<K, Sighting> kept = new HashMap<>();
    for (K key : keys) {
      Sighting sighting = sightings.get(key);
      if (sighting != null) {
        kept.put(key, sighting);
      }
    }
    sightings.clear();
    sightings.putAll(kept);
  }
}
