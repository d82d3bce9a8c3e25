package dev.mailroom.relay.aws;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.Transport.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.random.RandomGenerator;

/**
 * A circuit breaker as the gate of one destination, on the engine's clock alone and without
 * threads. Mind the words: the gate is open where the breaker is closed.
 *
 * <p>It closes when at least half of the last 10 batches failed, or of fewer but at least 5. It
 * opens again on the first probe that is accepted.
 */
final class ResilientGate implements DestinationGate {

  private static final int WINDOW = 10;
  private static final int FEWEST = 5;
  private static final int HALF = 50;
  private static final Duration ASK_AGAIN = Duration.ofMillis(10);

  private final Ticker ticker;
  private final CircuitBreaker breaker;
  private final Failure failure = new Failure();
  private long closedUntil;
  private int underway;

  ResilientGate(String destination, Probing probing, Ticker ticker, RandomGenerator random) {
    this.ticker = ticker;
    Clock clock = new TickerClock(ticker);
    breaker =
        CircuitBreaker.of(
            destination,
            CircuitBreakerConfig.custom()
                .slidingWindow(WINDOW, FEWEST, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(HALF)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(
                    attempt -> close(probing.waitMillis(attempt, random)))
                .clock(clock)
                .currentTimestampFunction(c -> ticker.nanos(), NANOSECONDS)
                .build());
  }

  /** The breaker does not tell when it may be asked again; so its answer is noted here. */
  private long close(long millis) {
    closedUntil = ticker.nanos() + Duration.ofMillis(millis).toNanos();
    return millis;
  }

  @Override
  public Duration tryPass() {
    if (state() == State.CLOSED) {
      long left = closedUntil - ticker.nanos();
      if (left >= 0) {
        return Duration.ofNanos(left + 1);
      } else if (underway > 0) {
        // The end of an older batch must not be taken for the outcome of the probe.
        return ASK_AGAIN;
      }
    }
    if (!breaker.tryAcquirePermission()) {
      return ASK_AGAIN;
    }
    underway++;
    return Duration.ZERO;
  }

  @Override
  public void succeeded(Duration took) {
    underway--;
    breaker.onSuccess(took.toNanos(), NANOSECONDS);
  }

  @Override
  public void failed(Duration took) {
    underway--;
    breaker.onError(took.toNanos(), NANOSECONDS, failure);
  }

  @Override
  public void abandoned() {
    underway--;
    breaker.releasePermission();
  }

  @Override
  public State state() {
    return switch (breaker.getState()) {
      case OPEN, FORCED_OPEN -> State.CLOSED;
      case HALF_OPEN -> State.PROBING;
      default -> State.OPEN;
    };
  }

  /** The breaker wants a throwable; which one does not matter. */
  private static final class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    private Failure() {
      super("batch failed", null, false, false);
    }
  }

  private static final class TickerClock extends Clock {
    private final Ticker ticker;

    private TickerClock(Ticker ticker) {
      this.ticker = ticker;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(0, ticker.nanos());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
