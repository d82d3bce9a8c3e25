package dev.mailroom.inbox;

import dev.mailroom.inbox.Inbox.Handler;
import dev.mailroom.inbox.Inbox.Result;
import dev.mailroom.inbox.Inbox.Status;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One transaction with several messages, each in a part of its own. For one use by one thread. */
final class BatchTransaction {

  /** The transaction cannot go on, and has no effect. */
  static final class Broken extends Exception {

    private static final long serialVersionUID = 1L;
    private final transient Set<String> unprocessed;

    Broken(Throwable cause, Set<String> unprocessed) {
      super("the transaction of a batch cannot go on: " + cause.getMessage(), cause);
      this.unprocessed = unprocessed;
    }

    /** Claimed, but without effect, should the handler have committed the transaction by SQL. */
    Set<String> unprocessed() {
      return unprocessed;
    }
  }

  private final InboxTransactions transactions;
  private final Scope scope;
  private final BatchProgress progress;
  private final Handler<?> handler;

  /** Claimed here, and so far without effect. */
  private final Set<String> claimed = new HashSet<>();

  BatchTransaction(
      InboxTransactions transactions, Scope scope, BatchProgress progress, Handler<?> handler) {
    this.transactions = transactions;
    this.scope = scope;
    this.progress = progress;
    this.handler = handler;
  }

  /**
   * Whether no other transaction has one of the messages. Sorted, so that two batches never wait
   * for each other.
   */
  boolean claim(List<BatchEntry> entries) throws SQLException {
    List<String> ids =
        entries.stream()
            .filter(progress::isOpen)
            .flatMap(entry -> entry.id().stream())
            .map(InboxKey::messageId)
            .distinct()
            .sorted()
            .toList();
    Optional<Set<String>> fresh = scope.dialect().claimAll(scope.connection(), ids);
    fresh.ifPresent(claimed::addAll);
    return fresh.isPresent();
  }

  List<Result> run(List<BatchEntry> entries) throws Broken {
    List<Result> results = new ArrayList<>(entries.size());
    for (BatchEntry entry : entries) {
      Optional<Result> known = progress.unlessOpen(entry);
      results.add(known.isPresent() ? known.get() : run(entry));
    }
    return results;
  }

  private Result run(BatchEntry entry) throws Broken {
    String id = entry.requireId().messageId();
    if (!claimed.contains(id)) {
      return entry.is(Status.DUPLICATE);
    }
    try {
      transactions.handle(scope, entry.message(), handler);
      keep(entry);
    } catch (Throwable failure) {
      undo(id, failure);
      return progress.failed(entry, failure);
    }
    claimed.remove(id);
    return progress.processed(entry);
  }

  private void keep(BatchEntry entry) {
    try {
      scope.dialect().nextPart(scope.connection());
    } catch (SQLException e) {
      throw InboxTransactions.cannotCommit(entry.requireId(), e);
    }
  }

  private void undo(String id, Throwable failure) throws Broken {
    progress.noteInterrupt(failure);
    if (SqlFailure.isWorthRetrying(failure)) {
      throw new Broken(failure, Set.of());
    }
    try {
      scope.dialect().undoPart(scope.connection());
    } catch (SQLException e) {
      failure.addSuppressed(e);
      claimed.remove(id);
      throw new Broken(failure, Set.copyOf(claimed));
    }
  }

  /** Leaves no row of a message without effect. */
  void commit() throws SQLException {
    if (!claimed.isEmpty()) {
      scope.dialect().forget(scope.connection(), claimed);
    }
    scope.complete();
  }
}
