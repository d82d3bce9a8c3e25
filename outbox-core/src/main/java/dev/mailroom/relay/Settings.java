package dev.mailroom.relay;

import java.time.Duration;

/**
 * How the engine goes about its work; what each means stands at {@link Relay.Builder}.
 *
 * @param inlineBytes content up to this comes along with a read; larger is loaded by itself
 * @param bufferedBytes for each database
 * @param batchesInFlight of all databases together
 */
record Settings(
    int window,
    int readRows,
    int inlineBytes,
    long bufferedBytes,
    int batchesInFlight,
    int attempts,
    Backoff backoff,
    Duration linger,
    Duration pollHot,
    Duration pollCold,
    Duration coolAfter,
    int acknowledgeRows,
    Duration acknowledgeDelay,
    Duration sampleEvery,
    Duration sweepEvery,
    Duration discoverEvery,
    Duration lease,
    Duration renewEvery,
    Duration lookEvery,
    DeadLetterPolicy deadLetters) {

  static final long SMALLEST_BUFFER = 64 << 10;

  static final Settings DEFAULT =
      new Settings(
          500,
          1_000,
          4_096,
          Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 4),
          16,
          10,
          new Backoff(Duration.ofMillis(100), Duration.ofSeconds(60)),
          Duration.ofMillis(5),
          Duration.ofMillis(5),
          Duration.ofMillis(250),
          Duration.ofSeconds(1),
          500,
          Duration.ofMillis(5),
          Duration.ofMillis(200),
          Duration.ofSeconds(2),
          Duration.ofMillis(250),
          Duration.ofSeconds(15),
          Duration.ofSeconds(5),
          Duration.ofMillis(250),
          DeadLetterPolicy.BLOCK_KEY);

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
