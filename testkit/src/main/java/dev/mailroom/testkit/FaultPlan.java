package dev.mailroom.testkit;

import java.time.Duration;

/**
 * How often things go wrong on a queue or topic. Each probability lies between 0 (never) and 1
 * (always) and is rolled for every call, those of {@code partialFailure} and {@code duplicate} for
 * every entry.
 *
 * @param throttle the call is refused with the service's throttling error: nothing was done
 * @param serverError the call is refused with HTTP status 500: nothing was done
 * @param lostResponse the call is carried out, then the connection is cut without an answer
 * @param partialFailure an entry of a batch is not carried out and reported as failed, {@code
 *     InternalError}, not the sender's fault
 * @param duplicate a message that was accepted is delivered twice; on a FIFO queue or topic the
 *     copy follows its original in the same group under another deduplication id
 * @param latency is waited before each call is carried out; not negative
 */
public record FaultPlan(
    double throttle,
    double serverError,
    double lostResponse,
    double partialFailure,
    double duplicate,
    Duration latency) {

  /** Nothing goes wrong. */
  public static final FaultPlan NONE = new FaultPlan(0, 0, 0, 0, 0, Duration.ZERO);

  public FaultPlan {
    probability("throttle", throttle);
    probability("serverError", serverError);
    probability("lostResponse", lostResponse);
    probability("partialFailure", partialFailure);
    probability("duplicate", duplicate);
    if (latency.isNegative()) {
      throw new IllegalArgumentException("latency must not be negative: " + latency);
    }
  }

  private static void probability(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be between 0 and 1: " + value);
    }
  }

  /** The same with another {@link #throttle}. */
  public FaultPlan withThrottle(double probability) {
    return new FaultPlan(
        probability, serverError, lostResponse, partialFailure, duplicate, latency);
  }

  /** The same with another {@link #serverError}. */
  public FaultPlan withServerError(double probability) {
    return new FaultPlan(throttle, probability, lostResponse, partialFailure, duplicate, latency);
  }

  /** The same with another {@link #lostResponse}. */
  public FaultPlan withLostResponse(double probability) {
    return new FaultPlan(throttle, serverError, probability, partialFailure, duplicate, latency);
  }

  /** The same with another {@link #partialFailure}. */
  public FaultPlan withPartialFailure(double probability) {
    return new FaultPlan(throttle, serverError, lostResponse, probability, duplicate, latency);
  }

  /** The same with another {@link #duplicate}. */
  public FaultPlan withDuplicate(double probability) {
    return new FaultPlan(throttle, serverError, lostResponse, partialFailure, probability, latency);
  }

  /** The same with another {@link #latency}. */
  public FaultPlan withLatency(Duration duration) {
    return new FaultPlan(throttle, serverError, lostResponse, partialFailure, duplicate, duration);
  }
}
