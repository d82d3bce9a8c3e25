package dev.mailroom.inbox.sqs;

import static java.util.Objects.requireNonNull;

import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.MailroomException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Who handles which type, and what becomes of the others. */
record Handlers(
    Map<String, SqsConsumer.Handler> byType,
    Optional<SqsConsumer.Handler> any,
    UnknownTypes unknown) {

  Handlers {
    byType = Map.copyOf(byType);
  }

  static Handlers of(SqsConsumer.Builder builder) {
    Map<String, SqsConsumer.Handler> byType = new HashMap<>(builder.handlers);
    byType.replaceAll((type, handler) -> around(builder, handler));
    return new Handlers(
        byType,
        Optional.ofNullable(builder.any).map(handler -> around(builder, handler)),
        builder.unknownTypes);
  }

  private static SqsConsumer.Handler around(
      SqsConsumer.Builder builder, SqsConsumer.Handler handler) {
    return requireNonNull(builder.around.apply(handler), "around has returned null for a handler");
  }

  /**
   * @throws IllegalArgumentException if there are none, or they lack what they need
   */
  static void check(SqsConsumer.Builder builder) {
    if (builder.handlers.isEmpty() && builder.any == null) {
      throw new IllegalArgumentException("no handler is given: call on(type, …) or onAny(…)");
    }
    if (builder.typed && builder.codec == null) {
      throw new IllegalArgumentException(
          "codec is missing: a handler takes objects; JacksonCodec.create() is one");
    }
    if (builder.unknownTypes == UnknownTypes.DEAD_LETTER && builder.deadLetters == null) {
      throw new IllegalArgumentException(
          "unknownTypes DEAD_LETTER needs a place for them: call deadLetters(…)");
    }
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
