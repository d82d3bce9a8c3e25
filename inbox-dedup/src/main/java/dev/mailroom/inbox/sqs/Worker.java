package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.ReceivedMessage;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one message: unwraps it and gives it to its handler inside the inbox's transaction. */
record Worker(Unwrapping unwrapping, Handlers handlers, Inbox inbox, InboxListener listener) {

  private static final Logger log = LoggerFactory.getLogger(Worker.class);

  /** What is to be done with a delivery. */
  enum Verdict {
    /** It has taken effect, now or before. */
    DONE,
    /** It has not, or nobody knows. */
    AGAIN,
    /** It was not run, for it is ours no longer. */
    LOST
  }

  Verdict work(Delivery delivery) {
    ReceivedMessage message;
    try {
      message = unwrapping.unwrap(delivery);
    } catch (RuntimeException e) {
      return failed(unwrapping.asItCame(delivery), e);
    }
    try {
      return process(message);
    } catch (Throwable e) {
      return failed(message, e);
    }
  }

  private Verdict process(ReceivedMessage message) throws Exception {
    SqsConsumer.Handler handler = handlers.of(message);
    long begun = System.nanoTime();
    Inbox.Outcome outcome =
        inbox.<Exception>process(message, context -> handler.handle(message, context));
    return switch (outcome) {
      case PROCESSED -> {
        listener.processed(message, Duration.ofNanos(System.nanoTime() - begun));
        yield Verdict.DONE;
      }
      case DUPLICATE -> {
        log.debug("{} had taken effect before", message);
        listener.duplicate(message);
        yield Verdict.DONE;
      }
      case IN_PROGRESS -> {
        log.info("{} is being processed elsewhere; it comes again later", message);
        listener.inProgress(message);
        yield Verdict.AGAIN;
      }
    };
  }

  private Verdict failed(ReceivedMessage message, Throwable error) {
    if (error instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    log.warn("{} failed; it comes again later", message, error);
    listener.failed(message, error);
    return Verdict.AGAIN;
  }
}
