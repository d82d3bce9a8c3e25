package dev.mailroom.relay;

import java.time.Duration;

/**
 * What a user has set, checked; what each means stands at {@link Relay.Builder}.
 *
 * @param bufferedBytes of each database
 * @param batchesInFlight of all databases together
 */
record Settings(
    int window,
    long bufferedBytes,
    int batchesInFlight,
    int attempts,
    Backoff backoff,
    Duration pollHot,
    Duration pollCold,
    Duration lease,
    Duration renewEvery,
    DeadLetterPolicy deadLetters) {

  static final long SMALLEST_BUFFER = 64 << 10;

  /** Whether they go together, and with what the relay is built of. */
  void check(Transport transport, int databases) {
    Duration shortest = renewEvery.plus(transport.sendTimeout());
    if (lease.compareTo(shortest) <= 0) {
      throw new IllegalArgumentException(
          "lease must be longer than renewEvery and the transport's send timeout together, "
              + shortest
              + ": "
              + lease);
    }
    if (bufferedBytes < SMALLEST_BUFFER) {
      throw new IllegalArgumentException(
          "bufferedBytes must be at least "
              + SMALLEST_BUFFER
              + " for each of "
              + databases
              + " databases: "
              + bufferedBytes * databases);
    }
  }
}
