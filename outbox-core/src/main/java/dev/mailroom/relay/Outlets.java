package dev.mailroom.relay;

import java.util.HashMap;
import java.util.Map;

/** The destinations of a relay as its databases share them; used on the relay's timeline only. */
final class Outlets {

  private final Timeline timeline;
  private final Transport transport;
  private final int batchesInFlight;
  private final Map<String, Outlet> outlets = new HashMap<>();

  /**
   * @param batchesInFlight to each destination, of all databases together
   */
  Outlets(Timeline timeline, Transport transport, int batchesInFlight) {
    this.timeline = timeline;
    this.transport = transport;
    this.batchesInFlight = batchesInFlight;
  }

  /** The way to {@code destination} for one more database; see {@link Outlet#join}. */
  Outlet.Member join(String destination, Runnable wake) {
    Outlet outlet = outlets.get(destination);
    if (outlet == null) {
      DestinationGate gate = transport.gate(destination, timeline);
      outlet = new Outlet(gate, timeline, batchesInFlight, () -> outlets.remove(destination));
      outlets.put(destination, outlet);
    }
    return outlet.join(wake);
  }
}
