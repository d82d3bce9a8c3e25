package dev.mailroom.tests.town;

import java.time.Duration;

/** How long relays wait, for a proof to choose. */
public enum Patience {
  /** A proof sees many takeovers; on a busy machine some calls have no answer in time. */
  HASTY(5, 3),

  /** A call gets the time that it has by default. */
  CALM(7, 5);

  private final Duration lease;
  private final Duration sendTimeout;

  Patience(int leaseSeconds, int sendSeconds) {
    lease = Duration.ofSeconds(leaseSeconds);
    sendTimeout = Duration.ofSeconds(sendSeconds);
  }

  /** After that, what a dead relay owned is taken by others. */
  public Duration lease() {
    return lease;
  }

  /** How long a relay waits for the answer to a call. */
  public Duration sendTimeout() {
    return sendTimeout;
  }
}
