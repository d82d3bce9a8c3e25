package dev.mailroom.inbox.sqs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries that run on one thread, one after the other, and that thread. Thread-safe: an
 * interrupt hits the thread while it runs these and never later.
 */
final class Run {

  private final List<Delivery> deliveries;

  /** Guarded by this, as all that follows. */
  private boolean taken;

  private @Nullable Thread thread;
  private boolean interrupted;
  private boolean closing;

  Run(List<Delivery> deliveries) {
    this.deliveries = List.copyOf(deliveries);
  }

  List<Delivery> deliveries() {
    return deliveries;
  }

  /** True once: to the one who runs them, or to the one who returns them unrun. */
  synchronized boolean take() {
    boolean first = !taken;
    taken = true;
    return first;
  }

  /**
   * From here on the calling thread can be interrupted, until {@link #end}.
   *
   * @return whether it may begin: not once the consumer closes
   */
  synchronized boolean begin() {
    if (!closing) {
      thread = Thread.currentThread();
    }
    return !closing;
  }

  /** Whether there was a thread to interrupt. */
  synchronized boolean interrupt() {
    if (thread == null) {
      return false;
    }
    interrupted = true;
    thread.interrupt();
    return true;
  }

  /** As {@link #interrupt}, and no fault of what runs; nothing begins any more. */
  synchronized void close() {
    closing = true;
    boolean unused = interrupt();
  }

  /** The thread is no longer ours; it leaves without an interrupt of ours. */
  synchronized void end() {
    thread = null;
    if (interrupted) {
      boolean unused = Thread.interrupted();
    }
  }

  synchronized boolean isClosing() {
    return closing;
  }

  synchronized boolean wasInterrupted() {
    return interrupted;
  }
}
