package dev.mailroom.relay;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * The relay's thread, its clock and its dice. Whatever is executed or scheduled here runs one after
 * the other, so the engine needs no locks. A relay brings its own; a simulation brings one with
 * virtual time, and with it decides all that the engine does.
 */
public interface Timeline extends Executor, Transport.Ticker {

  /** Runs {@code event} after {@code delay}, on the same thread as all others. */
  void schedule(Duration delay, Runnable event);

  /** For jitter and for the relay's own id; used on the thread only. */
  RandomGenerator random();
}
