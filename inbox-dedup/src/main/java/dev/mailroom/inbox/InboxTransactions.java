package dev.mailroom.inbox;

import dev.mailroom.inbox.Inbox.Handler;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Outbox;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The steps of an inbox's transaction, and what to say when one fails. Thread-safe. */
record InboxTransactions(DataSource dataSource, InboxTable table, JdbcOutbox outbox) {

  private static final String ROLL_BACK = "Roll the whole transaction back and deliver it again.";
  private static final String NOTHING_DONE = "Nothing was done; deliver it again.";

  private record HandlerContext(Connection connection, ReceivedMessage message, Outbox outbox)
      implements Inbox.Context {}

  /**
   * A transaction of the inbox's own.
   *
   * @param what is to be processed in it, for errors
   * @throws Inbox.Unavailable if there is no connection to a database that will do
   */
  TransactionScope begin(Object what) {
    try {
      return TransactionScope.begin(dataSource, table);
    } catch (SQLException | RuntimeException e) {
      String problem = "no connection to the database";
      String text =
          e instanceof SQLException sql
              ? text(what, problem, sql, NOTHING_DONE)
              : what + ": " + problem + " (" + e.getMessage() + "). " + NOTHING_DONE;
      // To be interrupted while one waits for a connection says nothing of the database.
      throw Thread.currentThread().isInterrupted()
          ? new MailroomException(text, e)
          : new Inbox.Unavailable(text, e);
    }
  }

  /** A part of the transaction that the caller has begun. */
  SavepointScope join(Object what, Connection connection) {
    try {
      if (connection.getAutoCommit()) {
        throw new MailroomException(
            what
                + ": the connection to join is in autocommit mode; call setAutoCommit(false)"
                + " first");
      }
      return SavepointScope.begin(connection, table);
    } catch (SQLException e) {
      throw failure(what, "no savepoint", e, ROLL_BACK);
    }
  }

  <X extends Exception> void handle(Scope scope, ReceivedMessage message, Handler<X> handler)
      throws X {
    try (GuardedConnection guard = new GuardedConnection(scope.connection())) {
      Connection connection = guard.asConnection();
      handler.handle(new HandlerContext(connection, message, outbox.on(connection)));
    }
  }

  static void commit(TransactionScope transaction, Object what) {
    try {
      transaction.complete();
    } catch (HandlerEndedTransaction e) {
      throw cannotCommit(what, e);
    } catch (SQLException e) {
      throw commitFailed(what, e);
    }
  }

  static void keep(SavepointScope part, Object what) {
    try {
      part.complete();
    } catch (HandlerEndedTransaction e) {
      throw cannotCommit(what, e);
    } catch (SQLException e) {
      throw failure(what, "its savepoint could not be released", e, ROLL_BACK);
    }
  }

  /**
   * Undoes a part of the caller's transaction.
   *
   * @param failure for which it is undone, if that is why
   * @throws MailroomException if all of the transaction is undone, or nobody knows how much: a
   *     caller that went on would begin another without its earlier writes
   */
  static void undo(SavepointScope part, Object what, @Nullable Throwable failure) {
    try {
      part.undo();
    } catch (SQLException e) {
      MailroomException lost =
          new MailroomException(
              text(what, "its part cannot be undone alone", e, ROLL_BACK),
              failure == null ? e : failure);
      if (failure != null) {
        lost.addSuppressed(e);
      }
      throw lost;
    }
  }

  static MailroomException notClaimed(Object what, SQLException cause) {
    String text = text(what, "its row could not be written", cause, NOTHING_DONE);
    return SqlFailure.isOfOneMessage(cause)
        ? new MailroomException(text, cause)
        : new Inbox.Unavailable(text, cause);
  }

  static MailroomException cannotCommit(Object what, SQLException cause) {
    return failure(
        what,
        "the handler left a transaction that cannot commit",
        cause,
        "It must let the errors of its statements out, or roll back to a savepoint before them,"
            + " and must not commit or roll back by SQL.");
  }

  static MailroomException commitFailed(Object what, SQLException cause) {
    return failure(
        what,
        "commit failed",
        cause,
        "Whether it took effect is unknown; deliver it again, and the inbox will tell.");
  }

  private static MailroomException failure(
      Object what, String problem, SQLException cause, String next) {
    return new MailroomException(text(what, problem, cause, next), cause);
  }

  private static String text(Object what, String problem, SQLException cause, String next) {
    return what
        + ": "
        + problem
        + " (SQLSTATE "
        + cause.getSQLState()
        + ", "
        + cause.getMessage()
        + "). "
        + next
        + SqlFailure.advice(cause);
  }
}
