package dev.mailroom.relay;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The engine's thread and its clock. Whatever is executed or scheduled here runs one after the
 * other, so the engine needs no locks. Tests bring one with virtual time.
 */
interface Timeline extends Executor, Transport.Ticker {

  void schedule(Duration delay, Runnable event);
}
