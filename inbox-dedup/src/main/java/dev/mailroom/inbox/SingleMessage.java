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
          try (Scope transaction = transactions.begin(id)) {
            return run(transaction, id, message, handler);
          }
        });
  }

  <X extends Exception> Outcome join(
      Connection connection, InboxKey id, ReceivedMessage message, Handler<X> handler) throws X {
    try (Scope part = transactions.join(id, connection)) {
      return run(part, id, message, handler);
    }
  }

  private <X extends Exception> Outcome run(
      Scope scope, InboxKey id, ReceivedMessage message, Handler<X> handler) throws X {
    return switch (claim(scope, id)) {
      case KNOWN -> Outcome.DUPLICATE;
      case LOCKED -> Outcome.IN_PROGRESS;
      case NEW -> {
        transactions.handle(scope, message, handler);
        InboxTransactions.complete(scope, id);
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
