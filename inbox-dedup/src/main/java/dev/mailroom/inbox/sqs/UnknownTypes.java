package dev.mailroom.inbox.sqs;

/** What becomes of a message whose type nobody handles. */
public enum UnknownTypes {
  /** It is a failure like that of a handler: the message comes again. */
  FAIL,
  /** It is deleted. */
  IGNORE,
  /**
   * It is stored with {@link SqsConsumer.Builder#deadLetters}, at its first delivery and whether or
   * not the queue has a redrive policy.
   */
  DEAD_LETTER
}
