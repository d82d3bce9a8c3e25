package dev.mailroom.relay;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The timeline of a running relay: one daemon thread and the JVM's monotonic clock. */
final class EngineThread implements Timeline, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  private final RandomGenerator random = new SplittableRandom();
  private final ScheduledThreadPoolExecutor thread;

  EngineThread() {
    thread = new ScheduledThreadPoolExecutor(1, Threads.named("mailroom-relay"));
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable event) {
    schedule(Duration.ZERO, event);
  }

  @Override
  public void schedule(Duration delay, Runnable event) {
    try {
      Future<?> unused = thread.schedule(event, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("The relay has stopped; a late event is dropped");
    }
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
