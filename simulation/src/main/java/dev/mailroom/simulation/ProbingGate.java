package dev.mailroom.simulation;

import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.Transport.Ticker;
import java.time.Duration;

/**
 * Closes after a few failures in a row, then lets one probe at a time through, after waits at
 * random below a bound that doubles up to a cap.
 */
final class ProbingGate implements DestinationGate {

  private static final int ENOUGH = 3;
  private static final long FIRST = 50 * Loop.MILLI;
  private static final long CAP = 2 * Loop.SECOND;

  private final Ticker ticker;
  private final Dice dice;
  private int failures;
  private long closedUntil;
  private boolean probing;

  ProbingGate(Ticker ticker, Dice dice) {
    this.ticker = ticker;
    this.dice = dice;
  }

  @Override
  public Duration tryPass() {
    if (failures < ENOUGH) {
      return Duration.ZERO;
    }
    long left = closedUntil - ticker.nanos();
    if (left > 0 || probing) {
      return Duration.ofNanos(Math.max(left, 10 * Loop.MILLI));
    }
    probing = true;
    return Duration.ZERO;
  }

  @Override
  public void succeeded(Duration took) {
    failures = 0;
    probing = false;
  }

  @Override
  public void failed(Duration took) {
    failures++;
    probing = false;
    if (failures >= ENOUGH) {
      long bound = Math.min(CAP, FIRST << Math.min(failures - ENOUGH, 10));
      closedUntil = ticker.nanos() + 1 + dice.upTo(bound);
    }
  }

  @Override
  public void abandoned() {
    probing = false;
  }

  @Override
  public State state() {
    if (failures < ENOUGH) {
      return State.OPEN;
    }
    return probing ? State.PROBING : State.CLOSED;
  }
}
