package dev.mailroom.inbox;

import java.time.Duration;

/**
 * Told of what a consumer does, for logs, metrics and tests. Called on the thread that did it, by
 * many threads at once: be thread-safe and return at once. An exception is logged and goes no
 * further.
 */
public interface InboxListener {

  /** Does nothing. */
  InboxListener NONE = new InboxListener() {};

  /** The handler's transaction has committed, {@code took} after it was begun. */
  default void processed(ReceivedMessage message, Duration took) {}

  /** The message had taken effect before; its handler was not run. */
  default void duplicate(ReceivedMessage message) {}

  /** Another copy of the message is being processed now; this one comes again later. */
  default void inProgress(ReceivedMessage message) {}

  /** The message took no effect, or commit left it unknown; it comes again later. */
  default void failed(ReceivedMessage message, Throwable error) {}

  /** The queue could not be read; the consumer goes on trying. */
  default void receiveFailed(Throwable error) {}
}
