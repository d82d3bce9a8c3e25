package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.ReceivedMessage;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The user's listener, whose exceptions change nothing here. */
record QuietListener(InboxListener listener) implements InboxListener {

  private static final Logger log = LoggerFactory.getLogger(QuietListener.class);

  @Override
  public void processed(ReceivedMessage message, Duration took) {
    tell(to -> to.processed(message, took));
  }

  @Override
  public void duplicate(ReceivedMessage message) {
    tell(to -> to.duplicate(message));
  }

  @Override
  public void inProgress(ReceivedMessage message) {
    tell(to -> to.inProgress(message));
  }

  @Override
  public void failed(ReceivedMessage message, Throwable error) {
    tell(to -> to.failed(message, error));
  }

  @Override
  public void receiveFailed(Throwable error) {
    tell(to -> to.receiveFailed(error));
  }

  private void tell(Consumer<InboxListener> what) {
    try {
      what.accept(listener);
    } catch (RuntimeException e) {
      log.warn("{} threw; the consumer goes on", listener.getClass().getName(), e);
    }
  }
}
