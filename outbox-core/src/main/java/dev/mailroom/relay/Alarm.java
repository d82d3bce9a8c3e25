package dev.mailroom.relay;

import java.time.Duration;

/** Rings once, at the time that was set last. */
final class Alarm {

  private final Timeline timeline;
  private final Runnable ring;
  private long setting;
  private long at = Long.MAX_VALUE;

  Alarm(Timeline timeline, Runnable ring) {
    this.timeline = timeline;
    this.ring = ring;
  }

  void set(Duration wait) {
    long mine = ++setting;
    at = timeline.nanos() + wait.toNanos();
    timeline.schedule(
        wait,
        () -> {
          if (setting == mine) {
            at = Long.MAX_VALUE;
            ring.run();
          }
        });
  }

  /** As {@link #set}, unless it rings earlier than that anyway. */
  void setAtMost(Duration wait) {
    if (at == Long.MAX_VALUE || timeline.nanos() + wait.toNanos() - at < 0) {
      set(wait);
    }
  }

  void unset() {
    setting++;
    at = Long.MAX_VALUE;
  }
}
