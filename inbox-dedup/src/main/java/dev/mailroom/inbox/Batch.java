package dev.mailroom.inbox;

import dev.mailroom.inbox.Inbox.Handler;
import dev.mailroom.inbox.Inbox.Order;
import dev.mailroom.inbox.Inbox.Outcome;
import dev.mailroom.inbox.Inbox.Result;
import dev.mailroom.inbox.Inbox.Status;
import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call's messages: several in a transaction where that works, else one by one. For one use by
 * one thread.
 */
final class Batch {

  /** Bounds what a failed commit repeats, the locks held, and the savepoints of a transaction. */
  static final int MOST = 10;

  private static final Logger log = LoggerFactory.getLogger(Batch.class);

  private final SingleMessage single;
  private final Handler<?> handler;
  private BatchProgress progress;

  Batch(SingleMessage single, Order order, Handler<?> handler) {
    this.single = single;
    this.handler = handler;
    this.progress = new BatchProgress(order);
  }

  List<Result> run(List<ReceivedMessage> messages, Function<ReceivedMessage, InboxKey> key) {
    List<BatchEntry> entries =
        messages.stream().map(message -> BatchEntry.of(message, key)).toList();
    List<Result> results = new ArrayList<>(entries.size());
    try {
      for (int from = 0; from < entries.size(); from += MOST) {
        results.addAll(part(entries.subList(from, Math.min(entries.size(), from + MOST))));
      }
    } finally {
      progress.restoreInterrupt();
    }
    return List.copyOf(results);
  }

  private List<Result> part(List<BatchEntry> entries) {
    List<BatchEntry> open = entries.stream().filter(progress::isOpen).toList();
    if (open.size() <= 1) {
      return oneByOne(entries);
    }
    String what = open.get(0).requireId() + " and " + (open.size() - 1) + " more";
    try {
      return single
          .retries()
          .<Optional<List<Result>>, BatchTransaction.Broken>run(what, () -> attempt(what, entries))
          .orElseGet(() -> oneByOne(entries));
    } catch (BatchTransaction.Broken broken) {
      log.debug("{} are run one by one", what, broken);
      return oneByOne(entries);
    } catch (RuntimeException failure) {
      return allFailed(entries, failure);
    }
  }

  private Optional<List<Result>> attempt(String what, List<BatchEntry> entries)
      throws BatchTransaction.Broken {
    try {
      return together(what, entries);
    } catch (BatchTransaction.Broken broken) {
      single.retries().run(what, () -> takeBack(what, broken));
      throw broken;
    }
  }

  /**
   * A handler that commits by SQL, which it must not, has committed the rows of messages that were
   * not run.
   */
  private boolean takeBack(String what, BatchTransaction.Broken broken) {
    if (broken.unprocessed().isEmpty()) {
      return false;
    }
    try (TransactionScope scope = single.transactions().begin(what)) {
      Connection connection = scope.connection();
      if (scope.dialect().claim(connection, broken.proof()) != InboxDialect.Claim.KNOWN) {
        return false;
      }
      scope.dialect().forget(connection, broken.unprocessed());
      connection.commit();
      return true;
    } catch (SQLException | MailroomException e) {
      e.addSuppressed(broken);
      log.warn(
          "The transaction of a batch broke, and the database does not tell now whether a handler"
              + " had committed it: if consumer {} has the row {}, delete the rows {} before their"
              + " messages are delivered again",
          what,
          broken.proof(),
          broken.unprocessed(),
          e);
      throw e instanceof MailroomException known
          ? known
          : InboxTransactions.notClaimed(what, (SQLException) e);
    }
  }

  /** Nothing if they cannot all be claimed: a copy of one is being processed elsewhere, mostly. */
  private Optional<List<Result>> together(String what, List<BatchEntry> entries)
      throws BatchTransaction.Broken {
    BatchProgress then = progress.copy();
    try (TransactionScope scope = single.transactions().begin(what)) {
      BatchTransaction transaction =
          new BatchTransaction(single.transactions(), scope, then, handler);
      if (!claimed(transaction, what, entries)) {
        return Optional.empty();
      }
      List<Result> results = transaction.run(entries);
      try {
        transaction.commit();
      } catch (SQLException e) {
        results = notCommitted(entries, results, then, InboxTransactions.commitFailed(what, e));
      }
      progress = then;
      return Optional.of(results);
    }
  }

  private static boolean claimed(
      BatchTransaction transaction, String what, List<BatchEntry> entries) {
    try {
      return transaction.claim(entries);
    } catch (SQLException e) {
      if (SqlFailure.isOfOneMessage(e) && !SqlFailure.isWorthRetrying(e)) {
        return false; // one by one, only the one that it is about fails
      }
      throw InboxTransactions.notClaimed(what, e);
    }
  }

  private static List<Result> notCommitted(
      List<BatchEntry> entries,
      List<Result> results,
      BatchProgress then,
      MailroomException unknown) {
    List<Result> corrected = new ArrayList<>(results.size());
    for (int i = 0; i < results.size(); i++) {
      corrected.add(then.unknown(entries.get(i), results.get(i), unknown));
    }
    return corrected;
  }

  private List<Result> allFailed(List<BatchEntry> entries, RuntimeException failure) {
    List<Result> results = new ArrayList<>(entries.size());
    for (BatchEntry entry : entries) {
      results.add(progress.unlessOpen(entry).orElseGet(() -> progress.failed(entry, failure)));
    }
    if (failure instanceof Inbox.Unavailable) {
      progress.end();
    }
    return results;
  }

  private List<Result> oneByOne(List<BatchEntry> entries) {
    return entries.stream()
        .map(entry -> progress.unlessOpen(entry).orElseGet(() -> one(entry)))
        .toList();
  }

  private Result one(BatchEntry entry) {
    try {
      Outcome outcome = single.process(entry.requireId(), entry.message(), handler);
      return switch (outcome) {
        case PROCESSED -> progress.processed(entry);
        case DUPLICATE -> entry.is(Status.DUPLICATE);
        case IN_PROGRESS -> progress.inProgress(entry);
      };
    } catch (Throwable failure) {
      progress.noteInterrupt(failure);
      if (failure instanceof Inbox.Unavailable) {
        progress.end();
      }
      return progress.failed(entry, failure);
    }
  }
}
