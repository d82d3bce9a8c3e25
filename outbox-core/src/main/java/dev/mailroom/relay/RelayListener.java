package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.ParkedState;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/**
 * Told of what the relay does, for logs, metrics and tests. Called on the engine's thread: return
 * at once. An exception is logged and goes no further.
 */
public interface RelayListener {

  /** Does nothing. */
  RelayListener NONE = new RelayListener() {};

  /**
   * The listener for one database of a relay that serves several, asked for when the relay is
   * built: by default this one, for all of them.
   *
   * @param name as it was given to {@link Relay.Builder#store(String, OutboxStore)}
   */
  default RelayListener ofDatabase(String name) {
    return this;
  }

  /** A batch came back with {@code accepted} of {@code sent} entries taken by the broker. */
  default void sent(String destination, int sent, int accepted, Duration took) {}

  /** The broker accepted a message, whose row was written at {@code createdAt}. */
  default void accepted(String destination, UUID id, Instant createdAt) {}

  /** An entry was not accepted and will be sent again. */
  default void retrying(String destination, UUID id, String error) {}

  /** A message was set aside in {@code outbox_parked}, or is there still for a new reason. */
  default void parked(String destination, UUID id, ParkedState state, String error) {}

  /** The partitions that this relay owns, 0 to 15, have changed to these. */
  default void partitions(Set<Integer> owned) {}

  /** A destination's gate changed, or it found its route, or an operator paused or resumed it. */
  default void gate(String destination, DestinationGate.State state, String reason) {}

  /** The database failed {@code call}; the relay goes on trying. */
  default void storeFailed(String call, Throwable error) {}

  /** The relay met a fault of its own, and starts anew once its leases have run out. */
  default void engineFailed(Throwable fault) {}

  /** This many messages, accepted on their first way, are deleted from the outbox. */
  default void acknowledged(int messages) {}
}
