package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.ReceivedMessage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of messages that always fail: the queue's redrive policy takes them if it has one,
 * else the table of dead letters if there is one. Thread-safe.
 */
final class Poison {

  private static final Logger log = LoggerFactory.getLogger(Poison.class);

  /** So many times the deliveries allowed, and a message that never came to an end ends here. */
  private static final int FAR = 5;

  private static final int REMEMBERED = 10_000;

  private final @Nullable BiConsumer<ReceivedMessage, Throwable> store;
  private final int receives;
  private final InboxListener listener;

  /**
   * How often messages failed of which this process has outlived a delivery, the longest untouched
   * forgotten; guarded by it.
   */
  private final Map<String, Integer> failures =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Not before it is known that the queue has no redrive policy. */
  private volatile boolean ours;

  /** Of the queue's redrive policy; no delivery is the last while nobody knows. */
  private volatile int lastReceive = Integer.MAX_VALUE;

  private volatile boolean closed;

  /**
   * @param receives after which a message that fails is stored
   */
  Poison(
      @Nullable BiConsumer<ReceivedMessage, Throwable> store,
      int receives,
      InboxListener listener) {
    this.store = store;
    this.receives = receives;
    this.listener = listener;
  }

  /** The queue has no redrive policy, or nobody may ask for it. */
  void takeOver() {
    ours = true;
  }

  /** The queue moves messages after so many deliveries. */
  void leaveTo(RedrivePolicy policy) {
    lastReceive = policy.maxReceives();
  }

  /** From now on a failure may be the fault of closing. */
  void close() {
    closed = true;
  }

  /** What becomes of a delivery whose handler failed. */
  Verdict failed(Delivery delivery, ReceivedMessage message, Throwable error) {
    int own = failures(delivery, 1);
    int counted = delivery.group().isPresent() ? own : delivery.receiveCount();
    return takesOver() && counted >= receives ? store(message, error) : afterFailure(delivery);
  }

  private Verdict afterFailure(Delivery delivery) {
    return isLast(delivery) && !closed ? Verdict.GIVEN_UP : Verdict.AGAIN;
  }

  /** Whether the queue moves the message away, and lets its group go on, when this one fails. */
  boolean isLast(Delivery delivery) {
    return delivery.group().isPresent() && delivery.receiveCount() >= lastReceive;
  }

  /** A message behind one that fails is delivered as often as that one: only failures count. */
  private int failures(Delivery delivery, int more) {
    synchronized (failures) {
      return failures.merge(delivery.message().messageId(), more, Integer::sum);
    }
  }

  /** The message goes back and this process goes on: whatever is wrong, it is not deadly. */
  void outlived(Delivery delivery) {
    int unused = failures(delivery, 0);
  }

  /**
   * Whether the message is not to be run: it was delivered far more often than it may, and for all
   * that is known here nobody lived to count that as failures. Not behind another of its group, for
   * whose failures it was delivered as well.
   */
  boolean takesUntried(Delivery delivery) {
    return takesOver()
        && delivery.receiveCount() > FAR * receives
        && delivery.isFirst()
        && !isOutlived(delivery);
  }

  private boolean isOutlived(Delivery delivery) {
    synchronized (failures) {
      return failures.containsKey(delivery.message().messageId());
    }
  }

  private boolean takesOver() {
    return store != null && ours && !closed;
  }

  /** Done once it is stored. */
  Verdict store(ReceivedMessage message, Throwable error) {
    if (store == null) {
      return Verdict.AGAIN;
    }
    try {
      store.accept(message, error);
    } catch (RuntimeException e) {
      e.addSuppressed(error);
      log.error("{} failed, and could not be stored as dead letter; it comes again", message, e);
      return Verdict.AGAIN;
    }
    log.error("{} failed for good and is a dead letter now; redrive or discard it", message, error);
    listener.deadLettered(message, error);
    return Verdict.DONE;
  }
}
