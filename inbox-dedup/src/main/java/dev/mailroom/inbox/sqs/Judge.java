package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.ReceivedMessage;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what becomes of a delivery after an attempt, and tells log and listener. Thread-safe. */
final class Judge {

  private static final Logger log = LoggerFactory.getLogger(Judge.class);

  private final Poison poison;
  private final InboxListener listener;

  Judge(Poison poison, InboxListener listener) {
    this.poison = poison;
    this.listener = listener;
  }

  Verdict verdict(Attempt attempt, Duration took) {
    ReceivedMessage message = attempt.message();
    return switch (attempt.result()) {
      case PROCESSED -> {
        listener.processed(message, took);
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
      case IGNORED -> {
        log.debug("{} is ignored: nobody handles its type", message);
        listener.ignored(message);
        yield Verdict.DONE;
      }
      case NOT_RUN -> Verdict.BACK;
      case UNWANTED -> poison.store(message, attempt.failure().orElseThrow());
      case FAILED -> failed(message, attempt.failure().orElseThrow());
    };
  }

  private Verdict failed(ReceivedMessage message, Throwable error) {
    listener.failed(message, error);
    if (poison.takes(message)) {
      return poison.store(message, error);
    }
    log.warn("{} failed; it comes again later", message, error);
    return Verdict.AGAIN;
  }
}
