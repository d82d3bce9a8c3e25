package dev.mailroom.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Virtual time: it passes from event to event, and only then. */
final class Loop {

  static final long MILLI = 1_000_000L;
  static final long SECOND = 1_000 * MILLI;

  /** A call that waits holds up the calls that began after it; a few levels are variety enough. */
  private static final int DEEPEST = 3;

  /** A history of more than so many is one that turns in circles. */
  private static final long MOST = 1_000_000;

  private record Event(long at, long number, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private final Consumer<RuntimeException> onFault;
  private long now;
  private long number;
  private int depth;

  /**
   * @param onFault takes what an event threw; time goes on
   */
  Loop(Consumer<RuntimeException> onFault) {
    this.onFault = onFault;
  }

  /** Nanoseconds since the beginning. */
  long now() {
    return now;
  }

  long events() {
    return number;
  }

  void after(long nanos, Runnable action) {
    events.add(new Event(now + Math.max(0, nanos), number++, action));
  }

  /** Runs events until the condition holds; false if it does not within {@code limit}. */
  boolean runUntil(BooleanSupplier condition, long limit) {
    long end = now + limit;
    while (!condition.getAsBoolean()) {
      if (!step(end)) {
        return condition.getAsBoolean();
      }
    }
    return true;
  }

  void run(long nanos) {
    runUntil(() -> false, nanos);
  }

  /** Lets others act for a while in the middle of an event, as if that had a thread of its own. */
  void interleave(long nanos) {
    if (depth < DEEPEST) {
      depth++;
      run(nanos);
      depth--;
    }
  }

  private boolean step(long end) {
    Event next = events.peek();
    if (next == null || next.at() > end || number > MOST) {
      now = Math.max(now, end); // an inner wait may have been the longer one
      return false;
    }
    events.remove();
    now = next.at();
    try {
      next.action().run();
    } catch (RuntimeException e) {
      onFault.accept(e);
    }
    return true;
  }
}
