package dev.mailroom.relay;

import java.time.Duration;

/** Rings once, at the time that was set last. */
final class Alarm {

  private final Timeline timeline;
  private final Runnable ring;
  private long setting;

  Alarm(Timeline timeline, Runnable ring) {
    this.timeline = timeline;
    this.ring = ring;
  }

  void set(Duration wait) {
    long mine = ++setting;
    timeline.schedule(
        wait,
        () -> {
          if (setting == mine) {
            ring.run();
          }
        });
  }

  void unset() {
    setting++;
  }
}
