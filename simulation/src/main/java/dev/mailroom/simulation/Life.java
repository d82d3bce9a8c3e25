package dev.mailroom.simulation;

import dev.mailroom.relay.Timeline;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The time of one relay's process. While it is paused its events wait, after its end they are
 * dropped. What it has asked of database and broker happens all the same.
 */
final class Life implements Timeline {

  private static final long HANDOVER = Loop.MILLI;

  private final Loop loop;
  private final Dice dice;
  private final RandomGenerator random;
  private boolean over;
  private long pausedUntil;

  Life(Loop loop, Dice dice) {
    this.loop = loop;
    this.dice = dice;
    this.random = dice.generator();
  }

  /** What comes from another thread arrives a little later, so that answers overtake each other. */
  @Override
  public void execute(Runnable event) {
    after(dice.upTo(HANDOVER), event);
  }

  @Override
  public void schedule(Duration delay, Runnable event) {
    after(delay.toNanos(), event);
  }

  void after(long nanos, Runnable event) {
    loop.after(nanos, () -> live(event));
  }

  private void live(Runnable event) {
    if (over) {
      return;
    }
    if (isPaused()) {
      loop.after(pausedUntil - loop.now(), () -> live(event));
    } else {
      event.run();
    }
  }

  @Override
  public long nanos() {
    return loop.now();
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  void pause(long nanos) {
    pausedUntil = Math.max(pausedUntil, loop.now() + nanos);
  }

  boolean isPaused() {
    return loop.now() < pausedUntil;
  }

  void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }
}
