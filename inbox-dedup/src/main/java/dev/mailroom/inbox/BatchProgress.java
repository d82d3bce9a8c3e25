package dev.mailroom.inbox;

import dev.mailroom.inbox.Inbox.Order;
import dev.mailroom.inbox.Inbox.Result;
import dev.mailroom.inbox.Inbox.Status;
import dev.mailroom.outbox.MailroomException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Which messages of a batch have taken effect, and which may no longer be run. One thread's; a
 * transaction works on a copy until it has committed.
 */
final class BatchProgress {

  private final Order order;
  private final Set<String> taken = new HashSet<>();
  private final Set<String> stoppedIds = new HashSet<>();
  private final Set<String> stoppedKeys = new HashSet<>();
  private final AtomicBoolean interrupted;
  private boolean ended;

  BatchProgress(Order order) {
    this(order, new AtomicBoolean());
  }

  private BatchProgress(Order order, AtomicBoolean interrupted) {
    this.order = order;
    this.interrupted = interrupted;
  }

  /** An interrupt is known to all copies. */
  BatchProgress copy() {
    BatchProgress copy = new BatchProgress(order, interrupted);
    copy.taken.addAll(taken);
    copy.stoppedIds.addAll(stoppedIds);
    copy.stoppedKeys.addAll(stoppedKeys);
    copy.ended = ended;
    return copy;
  }

  /** Whether a message would be run if its turn came now. */
  boolean isOpen(BatchEntry entry) {
    return !isStopped(entry)
        && entry.id().filter(id -> !taken.contains(id.messageId())).isPresent();
  }

  /** What is to be said of a message whose turn it is and that cannot be run, if so. */
  Optional<Result> unlessOpen(BatchEntry entry) {
    if (isStopped(entry)) {
      return Optional.of(entry.is(Status.NOT_RUN));
    }
    if (entry.problem() != null) {
      return Optional.of(failed(entry, entry.problem()));
    }
    return taken.contains(entry.requireId().messageId())
        ? Optional.of(entry.is(Status.DUPLICATE))
        : Optional.empty();
  }

  Result processed(BatchEntry entry) {
    taken.add(entry.requireId().messageId());
    return entry.is(Status.PROCESSED);
  }

  Result inProgress(BatchEntry entry) {
    stop(entry);
    return entry.is(Status.IN_PROGRESS);
  }

  Result failed(BatchEntry entry, Throwable failure) {
    stop(entry);
    return entry.failed(failure);
  }

  /** What is left of a result when nobody knows whether its transaction has committed. */
  Result unknown(BatchEntry entry, Result result, MailroomException failure) {
    return switch (result.status()) {
      case PROCESSED -> failed(entry, failure);
      case DUPLICATE ->
          stoppedIds.contains(entry.requireId().messageId()) ? entry.is(Status.NOT_RUN) : result;
      case IN_PROGRESS, FAILED, NOT_RUN -> result;
    };
  }

  /**
   * An interrupt ends the batch, but not the statements that keep what was done: on a virtual
   * thread it would close the connection.
   */
  void noteInterrupt(Throwable failure) {
    if (failure instanceof InterruptedException) {
      interrupted.set(true);
    }
  }

  void restoreInterrupt() {
    if (interrupted.get()) {
      Thread.currentThread().interrupt();
    }
  }

  /** No other message is to be run. */
  void end() {
    ended = true;
  }

  private boolean isStopped(BatchEntry entry) {
    if (Thread.interrupted()) {
      interrupted.set(true);
    }
    return ended
        || interrupted.get()
        || entry.id().map(InboxKey::messageId).filter(stoppedIds::contains).isPresent()
        || orderedBy(entry).filter(stoppedKeys::contains).isPresent();
  }

  private void stop(BatchEntry entry) {
    entry.id().map(InboxKey::messageId).ifPresent(stoppedIds::add);
    orderedBy(entry).ifPresent(stoppedKeys::add);
  }

  private Optional<String> orderedBy(BatchEntry entry) {
    return order == Order.BY_KEY ? entry.message().key() : Optional.empty();
  }
}
