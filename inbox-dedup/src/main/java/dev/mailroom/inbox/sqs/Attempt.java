package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.ReceivedMessage;
import java.util.Optional;

/**
 * How it went with a delivery.
 *
 * @param failure of {@link Result#FAILED} and {@link Result#UNWANTED}
 */
record Attempt(
    Delivery delivery, ReceivedMessage message, Result result, Optional<Throwable> failure) {

  enum Result {
    PROCESSED,
    DUPLICATE,
    IN_PROGRESS,
    FAILED,
    /** Left alone because an earlier one of its group failed. */
    NOT_RUN,
    /** Of a type that nobody handles and nobody misses. */
    IGNORED,
    /** Of a type that nobody handles, or delivered far too often: for the dead letters. */
    UNWANTED
  }

  static Attempt of(Delivery delivery, ReceivedMessage message, Result result) {
    return new Attempt(delivery, message, result, Optional.empty());
  }

  static Attempt of(Delivery delivery, ReceivedMessage message, Inbox.Outcome outcome) {
    return of(
        delivery,
        message,
        switch (outcome) {
          case PROCESSED -> Result.PROCESSED;
          case DUPLICATE -> Result.DUPLICATE;
          case IN_PROGRESS -> Result.IN_PROGRESS;
        });
  }

  static Attempt of(Delivery delivery, Inbox.Result of) {
    Result result =
        switch (of.status()) {
          case PROCESSED -> Result.PROCESSED;
          case DUPLICATE -> Result.DUPLICATE;
          case IN_PROGRESS -> Result.IN_PROGRESS;
          case FAILED -> Result.FAILED;
          case NOT_RUN -> Result.NOT_RUN;
        };
    return new Attempt(delivery, of.message(), result, of.failure());
  }

  static Attempt failed(Delivery delivery, ReceivedMessage message, Throwable failure) {
    return new Attempt(delivery, message, Result.FAILED, Optional.of(failure));
  }

  /** Whether later messages of its group may run. */
  boolean letsOthersRun() {
    return result != Result.FAILED && result != Result.IN_PROGRESS && result != Result.NOT_RUN;
  }
}
