package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.MailroomException;
import java.util.Map;
import java.util.Optional;

/** Who handles which type, and what becomes of the others. */
record Handlers(
    Map<String, SqsConsumer.Handler> byType,
    Optional<SqsConsumer.Handler> any,
    SqsConsumer.UnknownTypes unknown) {

  Handlers {
    byType = Map.copyOf(byType);
  }

  Optional<SqsConsumer.Handler> of(ReceivedMessage message) {
    return message.type().map(byType::get).or(() -> any);
  }

  /** What is wrong with a message that has no handler. */
  static MailroomException missing(ReceivedMessage message) {
    return new MailroomException(
        "no handler for type "
            + message.type().map(type -> "'" + type + "'").orElse("(none given)")
            + " from queue "
            + message.source()
            + "; add on(type, …) or onAny(…), choose with unknownTypes(…) what becomes of such"
            + " messages, or keep the type out of the queue with a filter policy");
  }
}
