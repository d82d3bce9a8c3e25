package dev.mailroom.inbox;

import dev.mailroom.outbox.MailroomException;

/** The database cannot be reached: nothing was done, and the next message would fare no better. */
final class NoConnection extends MailroomException {

  private static final long serialVersionUID = 1L;

  NoConnection(MailroomException failure) {
    super(
        failure.getMessage() == null ? "no connection" : failure.getMessage(), failure.getCause());
  }
}
