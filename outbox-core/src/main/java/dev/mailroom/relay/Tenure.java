package dev.mailroom.relay;

import dev.mailroom.relay.LeaseStore.Lease;

/**
 * The time during which this relay owns a partition, from its takeover to its end. A partition that
 * is taken again later has another tenure, so that what is left of the first cannot be mistaken.
 */
final class Tenure {

  private enum State {
    HELD,
    DRAINING,
    LOST
  }

  final Lease lease;
  private final Runnable onDrained;
  private State state = State.HELD;
  private int busy;

  Tenure(Lease lease, Runnable onDrained) {
    this.lease = lease;
    this.onDrained = onDrained;
  }

  int partition() {
    return lease.partition();
  }

  /** Nothing is read or sent any more; what is on its way arrives and is written. */
  void drain() {
    if (state == State.HELD) {
      state = State.DRAINING;
    }
  }

  /** Another relay may own the partition: nothing may be written for it that needs the lease. */
  void lose() {
    state = State.LOST;
  }

  boolean isHeld() {
    return state == State.HELD;
  }

  boolean isLost() {
    return state == State.LOST;
  }

  /** An entry is on its way to the broker, or a row to its place. */
  void enter() {
    busy++;
  }

  void leave() {
    busy--;
    if (isDrained()) {
      onDrained.run();
    }
  }

  boolean isDrained() {
    return state == State.DRAINING && busy == 0;
  }
}
