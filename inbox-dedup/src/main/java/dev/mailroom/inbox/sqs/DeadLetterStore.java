package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.ReceivedMessage;

/** Where messages are kept that fail for good. */
interface DeadLetterStore {

  /** In a transaction of its own; storing a message twice keeps one. */
  void store(ReceivedMessage message, Throwable error);
}
