package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.ReceivedMessage;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what becomes of a delivery after an attempt, and tells log and listener. Thread-safe. */
final class Judge {

  private static final Logger log = LoggerFactory.getLogger(Judge.class);

  private final Poison poison;
  private final Outage outage;
  private final InboxListener listener;

  Judge(Poison poison, Outage outage, InboxListener listener) {
    this.poison = poison;
    this.outage = outage;
    this.listener = listener;
  }

  boolean isLast(Delivery delivery) {
    return poison.isLast(delivery);
  }

  void outlived(Delivery delivery) {
    poison.outlived(delivery);
  }

  Outage outage() {
    return outage;
  }

  Verdict verdict(Attempt attempt, Duration took) {
    ReceivedMessage message = attempt.message();
    return switch (attempt.result()) {
      case PROCESSED -> {
        outage.ended();
        listener.processed(message, took);
        yield Verdict.DONE;
      }
      case DUPLICATE -> {
        outage.ended();
        log.debug("{} had taken effect before", message);
        listener.duplicate(message);
        yield Verdict.DONE;
      }
      case IN_PROGRESS -> {
        outage.ended();
        poison.outlived(attempt.delivery());
        log.info("{} is being processed elsewhere; it comes again later", message);
        listener.inProgress(message);
        yield Verdict.ELSEWHERE;
      }
      case IGNORED -> {
        log.debug("{} is ignored: nobody handles its type", message);
        listener.ignored(message);
        yield Verdict.DONE;
      }
      case NOT_RUN -> Verdict.BACK;
      case UNWANTED -> poison.store(message, attempt.failure().orElseThrow());
      case FAILED -> failed(attempt.delivery(), message, attempt.failure().orElseThrow());
    };
  }

  private Verdict failed(Delivery delivery, ReceivedMessage message, Throwable error) {
    if (error instanceof Inbox.Unavailable) {
      outage.began(error);
      listener.postponed(message, error);
      return Verdict.NOT_NOW;
    }
    listener.failed(message, error);
    outage.ended();
    Verdict verdict = poison.failed(delivery, message, error);
    switch (verdict) {
      case DONE -> {}
      case GIVEN_UP ->
          log.error("{} failed at its last delivery; the queue moves it away", message, error);
      default -> log.warn("{} failed; it comes again later", message, error);
    }
    return verdict;
  }
}
