package dev.mailroom.inbox;

import java.time.Duration;

/**
 * Told of what a consumer does, for logs, metrics and tests. Called on the thread that did it, by
 * many threads at once: be thread-safe and return at once. An exception is logged and goes no
 * further. A {@code source} is the name of a queue.
 */
public interface InboxListener {

  /** Does nothing. */
  InboxListener NONE = new InboxListener() {};

  /**
   * The handler's transaction has committed, {@code took} after it was begun. In a batch, that is
   * the time of the whole batch.
   */
  default void processed(ReceivedMessage message, Duration took) {}

  /** The message had taken effect before; its handler was not run. */
  default void duplicate(ReceivedMessage message) {}

  /** Another copy of the message is being processed now; this one comes again later. */
  default void inProgress(ReceivedMessage message) {}

  /**
   * The message took no effect, or commit left it unknown. It comes again later, unless {@link
   * #deadLettered} follows. The attempt is {@link ReceivedMessage#receiveCount}.
   */
  default void failed(ReceivedMessage message, Throwable error) {}

  /**
   * The database let no message begin; this one stays with its consumer and is tried again, which
   * is told as often. It costs no delivery.
   */
  default void postponed(ReceivedMessage message, Throwable error) {}

  /** The message was stored among the dead letters, and is deleted from its queue. */
  default void deadLettered(ReceivedMessage message, Throwable error) {}

  /** Nobody handles the message's type, and such messages are to be deleted. */
  default void ignored(ReceivedMessage message) {}

  /** Handlers of so many messages were interrupted, because they ran for longer than allowed. */
  default void interrupted(String source, int messages) {}

  /** So many messages were given back to the queue without having been tried. */
  default void returned(String source, int messages) {}

  /** So many messages were kept from other receivers for another visibility timeout. */
  default void extended(String source, int messages) {}

  /** The queue could not be read; the consumer goes on trying. */
  default void receiveFailed(String source, Throwable error) {}

  /** A message that took effect could not be deleted; it comes again as a duplicate. */
  default void deleteFailed(String source, String problem) {}

  /** How many messages the consumer holds now: those that run, and those that wait for a thread. */
  default void holds(String source, int running, int waiting) {}

  /** A setting of the queue or the consumer that will hurt; each is told once. */
  default void found(Finding finding) {}

  /**
   * What a consumer finds wrong when it starts.
   *
   * @param advice what is wrong and what to do about it, in one line
   */
  record Finding(Kind kind, String source, String advice) {

    /** What it is about. */
    public enum Kind {
      /** The queue does not exist. */
      NO_QUEUE,
      /** The queue's attributes cannot be read, so the checks that need them were left out. */
      NOT_CHECKED,
      /** Nothing puts an end to a message that always fails. */
      NO_DEAD_LETTERS,
      /** The redrive policy leaves no room for deliveries that are nobody's fault. */
      FEW_RECEIVES,
      /** Handlers may outlast the visibility timeout. */
      SHORT_VISIBILITY,
      /** Messages expire in the dead-letter queue sooner than, or as soon as, in the queue. */
      SHORT_DEAD_LETTER_RETENTION,
      /** The inbox forgets messages that the queues can still deliver. */
      SHORT_INBOX_RETENTION,
      /** Messages come in envelopes of SNS. */
      SNS_ENVELOPE,
      /** Long polls share their connections with deletes. */
      SHARED_CLIENT
    }
  }
}
