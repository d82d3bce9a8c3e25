package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.inbox.sqs.Attempt.Result;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Runs messages: unwraps them and gives them to their handlers in the inbox's transaction. */
record Worker(Unwrapping unwrapping, Handlers handlers, Inbox inbox) {

  /** One by one, or all that can run in one transaction. An attempt for each, in any order. */
  List<Attempt> work(List<Delivery> deliveries) {
    List<Attempt> attempts = new ArrayList<>();
    List<Attempt> runnable = new ArrayList<>();
    Set<String> stopped = new HashSet<>();
    for (Delivery delivery : deliveries) {
      Attempt attempt =
          delivery.group().filter(stopped::contains).isPresent()
              ? Attempt.of(delivery, unwrapping.asItCame(delivery), Result.NOT_RUN)
              : prepare(delivery);
      boolean canRun = attempt.result() == Result.PROCESSED;
      (canRun ? runnable : attempts).add(attempt);
      if (!attempt.letsOthersRun()) {
        delivery.group().ifPresent(stopped::add);
      }
    }
    attempts.addAll(runnable.size() == 1 ? List.of(alone(runnable.get(0))) : together(runnable));
    return attempts;
  }

  /** An attempt that has ended already, or one to be processed. */
  private Attempt prepare(Delivery delivery) {
    ReceivedMessage message = unwrapping.asItCame(delivery);
    try {
      message = unwrapping.unwrap(delivery);
      if (handlers.of(message).isPresent()) {
        return Attempt.of(delivery, unwrapping.withPayload(message), Result.PROCESSED);
      }
    } catch (Throwable e) {
      return Attempt.failed(delivery, message, e);
    }
    return switch (handlers.unknown()) {
      case FAIL -> Attempt.failed(delivery, message, Handlers.missing(message));
      case IGNORE -> Attempt.of(delivery, message, Result.IGNORED);
      case DEAD_LETTER ->
          new Attempt(
              delivery, message, Result.UNWANTED, Optional.of(Handlers.missing(message)));
    };
  }

  private Attempt alone(Attempt ready) {
    ReceivedMessage message = ready.message();
    try {
      Inbox.Outcome outcome = inbox.<Exception>process(message, this::handle);
      return Attempt.of(ready.delivery(), message, outcome);
    } catch (Throwable e) {
      return Attempt.failed(ready.delivery(), message, e);
    }
  }

  private List<Attempt> together(List<Attempt> ready) {
    return ready.stream().map(this::alone).toList();
  }

  /** Of a message that has a handler. */
  void handle(Inbox.Context context) throws Exception {
    ReceivedMessage message = context.message();
    handlers.of(message).orElseThrow(() -> Handlers.missing(message)).handle(message, context);
  }
}
