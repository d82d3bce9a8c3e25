package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.ReceivedMessage;
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

  private final @Nullable BiConsumer<ReceivedMessage, Throwable> store;
  private final int receives;
  private final InboxListener listener;

  /** Not before it is known that the queue has no redrive policy. */
  private volatile boolean ours;

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

  /** From now on a failure may be the fault of closing. */
  void close() {
    closed = true;
  }

  boolean takes(ReceivedMessage message) {
    return store != null && ours && !closed && message.receiveCount() >= receives;
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
