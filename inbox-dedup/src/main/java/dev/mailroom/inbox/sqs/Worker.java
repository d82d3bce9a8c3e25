package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.inbox.sqs.Attempt.Result;
import dev.mailroom.outbox.MailroomException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Runs messages: unwraps them and gives them to their handlers in the inbox's transaction. */
record Worker(Unwrapping unwrapping, Handlers handlers, Inbox inbox, Poison poison) {

  /**
   * One by one, or all that can run in one transaction. An attempt for each, in any order.
   *
   * @param begins told whenever a handler begins
   */
  List<Attempt> work(Run run, List<Delivery> deliveries, Runnable begins) {
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
    if (runnable.size() == 1) {
      attempts.add(alone(runnable.get(0), begins));
    } else if (!runnable.isEmpty()) {
      attempts.addAll(together(run, runnable, begins));
    }
    return attempts;
  }

  /** An attempt that has ended already, or one to be processed. */
  private Attempt prepare(Delivery delivery) {
    ReceivedMessage message = unwrapping.asItCame(delivery);
    try {
      message = unwrapping.unwrap(delivery);
      if (poison.takesUntried(delivery)) {
        return new Attempt(delivery, message, Result.UNWANTED, Optional.of(neverEnded(message)));
      }
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
          new Attempt(delivery, message, Result.UNWANTED, Optional.of(Handlers.missing(message)));
    };
  }

  private static MailroomException neverEnded(ReceivedMessage message) {
    return new MailroomException(
        message
            + " was delivered "
            + message.receiveCount()
            + " times and is no more tried: perhaps its handler ends the process");
  }

  private Attempt alone(Attempt ready, Runnable begins) {
    ReceivedMessage message = ready.message();
    try {
      Inbox.Outcome outcome =
          inbox.<Exception>process(
              message,
              context -> {
                begins.run();
                handle(context);
              });
      return Attempt.of(ready.delivery(), message, outcome);
    } catch (Throwable e) {
      return Attempt.failed(ready.delivery(), message, e);
    }
  }

  private List<Attempt> together(Run run, List<Attempt> ready, Runnable begins) {
    boolean ordered = ready.get(0).delivery().group().isPresent();
    List<Inbox.Result> results =
        inbox.processAll(
            ready.stream().map(Attempt::message).toList(),
            ordered ? Inbox.Order.BY_KEY : Inbox.Order.NONE,
            context -> {
              // The handler before may have swallowed the interrupt; the batch ends all the same.
              if (run.wasInterrupted()) {
                throw new InterruptedException(
                    "the batch ran for too long, or the consumer closes");
              }
              begins.run();
              handle(context);
            });
    List<Attempt> attempts = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      attempts.add(Attempt.of(ready.get(i).delivery(), results.get(i)));
    }
    return attempts;
  }

  /** Of a message that was stored as it came. */
  void redeliver(Inbox.Context context) throws Exception {
    handle(unwrapping.withPayload(context.message()), context);
  }

  private void handle(Inbox.Context context) throws Exception {
    handle(context.message(), context);
  }

  private void handle(ReceivedMessage message, Inbox.Context context) throws Exception {
    try {
      handlers.of(message).orElseThrow(() -> Handlers.missing(message)).handle(message, context);
    } catch (Inbox.Unavailable e) {
      // Of another inbox, which the handler called: this one has begun, so it is a failure.
      throw new MailroomException("the handler failed: " + e.getMessage(), e);
    }
  }
}
