package dev.mailroom.inbox;

import dev.mailroom.inbox.Inbox.Handler;
import dev.mailroom.inbox.Inbox.Outcome;
import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The messages that a consumer gave up on, in the table {@code inbox_dead_letter} beside the inbox.
 * Made by {@link Inbox#deadLetters}; thread-safe. All methods throw {@link MailroomException} if
 * the database fails, and have done nothing then.
 */
public final class InboxDeadLetters {

  private static final int MOST = 1_000;

  /**
   * A message that was given up on.
   *
   * @param message as it was delivered when it was stored first, with the newest number of
   *     deliveries; its id is the one that the inbox knows it by, or, if it failed for want of such
   *     a key, its own, or a hash where that is too long. Type, key and source have at most 1 000
   *     characters, the last of which is … if more was cut off
   * @param error what failed: class and message of the failure and its causes, at most 4 000
   *     characters
   * @param deadAt when it was stored first, by the clock of the database
   */
  public record DeadLetter(ReceivedMessage message, String error, Instant deadAt) {

    /** Without payload and error, which may quote it. */
    @Override
    public String toString() {
      return "dead letter " + message + " of " + deadAt;
    }
  }

  private interface Work<T> {
    T run(DeadLetterTable table, Connection connection) throws SQLException;
  }

  private final Inbox inbox;
  private final DataSource dataSource;
  private final InboxTable table;

  InboxDeadLetters(Inbox inbox, DataSource dataSource, InboxTable table) {
    this.inbox = inbox;
    this.dataSource = dataSource;
    this.table = table;
  }

  /**
   * Keeps a message and why it was given up on; delete it from its queue after that. A message that
   * is here already is kept once, with the newer error and number of deliveries.
   */
  public void store(ReceivedMessage message, Throwable error) {
    InboxKey id = inbox.keyOrStandIn(message);
    run(
        "store",
        (rows, connection) -> {
          rows.store(connection, id.messageId(), message, ErrorText.of(error));
          return true;
        });
  }

  /**
   * Messages by their ids.
   *
   * @param after the id of the last one of the page before; nothing for the first page
   * @param limit how many at most: 1 to 1 000
   */
  public List<DeadLetter> list(Optional<String> after, int limit) {
    if (limit < 1 || limit > MOST) {
      throw new IllegalArgumentException("limit must be 1 to " + MOST + ", but is " + limit);
    }
    return run("list", (rows, connection) -> rows.list(connection, after.orElse(""), limit));
  }

  /** The message of this id, if it is here. */
  public Optional<DeadLetter> find(String messageId) {
    return run("find", (rows, connection) -> rows.find(connection, messageId));
  }

  /**
   * Runs the handler for a message as {@link Inbox#process} does, in the name of the id that it has
   * here: one without a key, sent again once {@link Inbox.Builder#key} is mended, would be another
   * message. The message leaves this table in the transaction in which it takes effect, or when it
   * turns out to have taken effect before; in all other cases it stays.
   *
   * @return nothing if the message is not here
   * @throws X what the handler threw; then nothing took effect
   */
  public <X extends Exception> Optional<Outcome> redrive(String messageId, Handler<X> handler)
      throws X {
    Optional<DeadLetter> found = find(messageId);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try {
      Outcome outcome =
          inbox.processAs(messageId, found.get().message(), removing(messageId, handler));
      if (outcome == Outcome.DUPLICATE) {
        discard(messageId);
      }
      return Optional.of(outcome);
    } catch (Gone e) {
      return Optional.empty();
    }
  }

  private <X extends Exception> Handler<X> removing(String messageId, Handler<X> handler) {
    return context -> {
      Connection connection = context.connection();
      try {
        if (!table.deadLetters(connection).delete(connection, messageId)) {
          throw new Gone(messageId);
        }
      } catch (SQLException e) {
        throw failed("redrive", e);
      }
      handler.handle(context);
    };
  }

  /**
   * Removes a message for good. If it is delivered again, it is processed as if it were new.
   *
   * @return whether it was here
   */
  public boolean discard(String messageId) {
    return run("discard", (rows, connection) -> rows.delete(connection, messageId));
  }

  private <T> T run(String what, Work<T> work) {
    try (BorrowedConnection borrowed = new BorrowedConnection(dataSource)) {
      borrowed.autoCommit(true);
      Connection connection = borrowed.connection();
      return work.run(table.deadLetters(connection), connection);
    } catch (SQLException e) {
      throw failed(what, e);
    }
  }

  private MailroomException failed(String what, SQLException cause) {
    return new MailroomException(
        "dead letters of inbox '"
            + inbox.consumer()
            + "': "
            + what
            + " failed (SQLSTATE "
            + cause.getSQLState()
            + ", "
            + cause.getMessage()
            + ")."
            + SqlFailure.advice(cause),
        cause);
  }

  /** Somebody discarded or redrove it meanwhile. */
  private static final class Gone extends MailroomException {
    private static final long serialVersionUID = 1L;

    Gone(String messageId) {
      super("dead letter " + messageId + " is gone");
    }
  }
}
