package dev.mailroom.relay;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Time that passes only when nothing happens. What is executed from elsewhere arrives a little
 * later, so that answers overtake each other; what is scheduled comes on time.
 */
final class VirtualTimeline implements Timeline {

  private record Event(long at, long number, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparing(Event::number));
  private final RandomGenerator random;
  private final long mostDelay;
  private long now;
  private long number;

  VirtualTimeline(RandomGenerator random, Duration mostDelay) {
    this.random = random;
    this.mostDelay = mostDelay.toNanos();
  }

  @Override
  public void execute(Runnable event) {
    schedule(Duration.ofNanos(random.nextLong(mostDelay + 1)), event);
  }

  @Override
  public void schedule(Duration delay, Runnable event) {
    events.add(new Event(now + Math.max(0, delay.toNanos()), number++, event));
  }

  @Override
  public long nanos() {
    return now;
  }

  /** Runs events until the condition holds; false if it does not within {@code limit}. */
  boolean runUntil(BooleanSupplier condition, Duration limit) {
    long end = now + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (events.isEmpty() || events.peek().at() > end) {
        now = end;
        return condition.getAsBoolean();
      }
      Event event = events.remove();
      now = event.at();
      event.action().run();
    }
    return true;
  }

  void run(Duration duration) {
    runUntil(() -> false, duration);
  }
}
