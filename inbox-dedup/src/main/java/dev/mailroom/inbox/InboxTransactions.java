package dev.mailroom.inbox;

import dev.mailroom.inbox.Inbox.Handler;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Outbox;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The steps of an inbox's transaction, and what to say when one fails. Thread-safe. */
record InboxTransactions(DataSource dataSource, InboxTable table, JdbcOutbox outbox) {

  private record HandlerContext(Connection connection, ReceivedMessage message, Outbox outbox)
      implements Inbox.Context {}

  /**
   * A transaction of the inbox's own.
   *
   * @param what is to be processed in it, for errors
   * @throws NoConnection if there is none to the database
   */
  Scope begin(Object what) {
    try {
      return TransactionScope.begin(dataSource, table);
    } catch (SQLException e) {
      throw new NoConnection(
          failure(what, "no connection to the database", e, "Nothing was done; deliver it again."));
    }
  }

  /** A part of the transaction that the caller has begun. */
  Scope join(Object what, Connection connection) {
    try {
      if (connection.getAutoCommit()) {
        throw new MailroomException(
            what
                + ": the connection to join is in autocommit mode; call setAutoCommit(false)"
                + " first");
      }
      return SavepointScope.begin(connection, table);
    } catch (SQLException e) {
      throw failure(what, "no savepoint", e, "Roll the transaction back and deliver it again.");
    }
  }

  <X extends Exception> void handle(Scope scope, ReceivedMessage message, Handler<X> handler)
      throws X {
    try (GuardedConnection guard = new GuardedConnection(scope.connection())) {
      Connection connection = guard.asConnection();
      handler.handle(new HandlerContext(connection, message, outbox.on(connection)));
    }
  }

  static void complete(Scope scope, Object what) {
    try {
      scope.complete();
    } catch (HandlerEndedTransaction e) {
      throw cannotCommit(what, e);
    } catch (SQLException e) {
      throw commitFailed(what, e);
    }
  }

  static MailroomException notClaimed(Object what, SQLException cause) {
    return failure(
        what, "its row could not be written", cause, "Nothing was done; deliver it again.");
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
    return new MailroomException(
        what
            + ": "
            + problem
            + " (SQLSTATE "
            + cause.getSQLState()
            + ", "
            + cause.getMessage()
            + "). "
            + next
            + SqlFailure.advice(cause),
        cause);
  }
}
