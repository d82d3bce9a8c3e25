package dev.mailroom.relay;

import java.time.Duration;

/**
 * Decides whether a destination may be tried now, so that a broken or throttled one is probed
 * gently while all others run at full speed. Used by the engine's thread only. After each {@link
 * #tryPass} that returned zero, exactly one of {@link #succeeded}, {@link #failed} and {@link
 * #abandoned} follows.
 */
public interface DestinationGate {

  /** How things stand, for status and logs. */
  enum State {
    /** Batches flow. */
    OPEN,
    /** Nothing is sent before the next probe is due. */
    CLOSED,
    /** Probes are on their way. */
    PROBING
  }

  /** Zero if one batch may go now; else how long to wait before asking again. */
  Duration tryPass();

  /** So many messages leave with the pass just given. */
  default void sending(int messages) {}

  /** The destination accepted at least one entry of the batch, after {@code took}. */
  void succeeded(Duration took);

  /** The destination accepted nothing and the reason is its own. */
  void failed(Duration took);

  /** The batch tells nothing about the destination. */
  void abandoned();

  /** How things stand now; asking changes nothing. */
  State state();
}
