package dev.mailroom.inbox;

import dev.mailroom.inbox.Inbox.Handler;
import dev.mailroom.inbox.Inbox.Outcome;
import java.sql.Connection;
import java.sql.SQLException;

/** Processes a message in a transaction, or a part of one, that has no other. Thread-safe. */
record SingleMessage(InboxTransactions transactions, Retries retries) {

  <X extends Exception> Outcome process(InboxKey id, ReceivedMessage message, Handler<X> handler)
      throws X {
    return retries.<Outcome, X>run(
        id,
        () -> {
          try (TransactionScope transaction = transactions.begin(id)) {
            Outcome outcome = run(transaction, id, message, handler);
            if (outcome == Outcome.PROCESSED) {
              InboxTransactions.commit(transaction, id);
            }
            return outcome;
          }
        });
  }

  <X extends Exception> Outcome join(
      Connection connection, InboxKey id, ReceivedMessage message, Handler<X> handler) throws X {
    SavepointScope part = transactions.join(id, connection);
    Outcome outcome;
    try {
      outcome = run(part, id, message, handler);
      if (outcome == Outcome.PROCESSED) {
        InboxTransactions.keep(part, id);
      }
    } catch (Throwable failure) {
      InboxTransactions.undo(part, id, failure);
      throw failure;
    }
    if (outcome != Outcome.PROCESSED) {
      InboxTransactions.undo(part, id, null);
    }
    return outcome;
  }

  private <X extends Exception> Outcome run(
      Scope scope, InboxKey id, ReceivedMessage message, Handler<X> handler) throws X {
    return switch (claim(scope, id)) {
      case KNOWN -> Outcome.DUPLICATE;
      case LOCKED -> Outcome.IN_PROGRESS;
      case NEW -> {
        transactions.handle(scope, message, handler);
        yield Outcome.PROCESSED;
      }
    };
  }

  private static InboxDialect.Claim claim(Scope scope, InboxKey id) {
    try {
      return scope.dialect().claim(scope.connection(), id.messageId());
    } catch (SQLException e) {
      throw InboxTransactions.notClaimed(id, e);
    }
  }
}
