package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.MailroomException;
import java.util.Map;
import java.util.Optional;

/** Who handles which type. */
record Handlers(Map<String, SqsConsumer.Handler> byType, Optional<SqsConsumer.Handler> any) {

  Handlers {
    byType = Map.copyOf(byType);
  }

  /**
   * @throws MailroomException if nobody does
   */
  SqsConsumer.Handler of(ReceivedMessage message) {
    return message
        .type()
        .map(byType::get)
        .or(() -> any)
        .orElseThrow(
            () ->
                new MailroomException(
                    "no handler for type "
                        + message.type().map(type -> "'" + type + "'").orElse("(none given)")
                        + " from queue "
                        + message.source()
                        + "; add on(type, …) or onAny(…), or keep the type out of the queue with a"
                        + " filter policy"));
  }
}
