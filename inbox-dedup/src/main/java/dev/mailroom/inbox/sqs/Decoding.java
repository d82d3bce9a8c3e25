package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.Codec;
import dev.mailroom.outbox.MailroomException;

/** From a payload to the object that a handler takes. */
final class Decoding {

  private Decoding() {}

  /**
   * @throws MailroomException that names the message, the class and the codec's reason, and quotes
   *     nothing of the payload
   */
  static <T> T of(ReceivedMessage message, Class<T> type, Codec codec) {
    try {
      return codec.decode(message.payload(), type);
    } catch (RuntimeException e) {
      // Whoever wrote the codec, an exception other than its own may quote the payload.
      String reason =
          e instanceof Codec.Mismatch
              ? e.getMessage()
              : codec.getClass() + " threw " + e.getClass();
      throw new MailroomException(
          message + " cannot be decoded as " + type.getName() + ": " + reason);
    }
  }
}
