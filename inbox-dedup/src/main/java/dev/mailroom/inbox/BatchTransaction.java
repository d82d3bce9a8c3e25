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
import java.util.UUID;
import java.util.stream.Stream;

/** One transaction with several messages, each in a part of its own. For one use by one thread. */
final class BatchTransaction {

  /** The transaction cannot go on, and has no effect. */
  static final class Broken extends Exception {

    private static final long serialVersionUID = 1L;
    private final String proof;
    private final transient Set<String> unprocessed;

    private Broken(Throwable cause, String proof, Set<String> unprocessed) {
      super("the transaction of a batch cannot go on: " + cause.getMessage(), cause);
      this.proof = proof;
      this.unprocessed = unprocessed;
    }

    /** A row that is there only if the transaction committed after all, by SQL of a handler. */
    String proof() {
      return proof;
    }

    /** The proof and the messages without effect: rows that must go if they were committed. */
    Set<String> unprocessed() {
      return unprocessed;
    }
  }

  private final InboxTransactions transactions;
  private final Scope scope;
  private final BatchProgress progress;
  private final Handler<?> handler;

  /**
   * Claimed beside the messages, and by nobody else ever. After a rollback, by a deadlock for
   * instance or with the connection, the row of a message may be that of a copy which has taken
   * effect meanwhile; this one's tells whose they are.
   */
  private final String proof = "mailroom-batch-" + UUID.randomUUID();

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
        Stream.concat(
                Stream.of(proof),
                entries.stream()
                    .filter(progress::isOpen)
                    .flatMap(entry -> entry.id().stream())
                    .map(InboxKey::messageId))
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
      throw broken(id, failure);
    }
    try {
      scope.dialect().undoPart(scope.connection());
    } catch (SQLException e) {
      failure.addSuppressed(e);
      throw broken(id, failure);
    }
  }

  private Broken broken(String id, Throwable failure) {
    claimed.remove(id);
    return new Broken(failure, proof, Set.copyOf(claimed));
  }

  /**
   * Leaves no row of a message without effect.
   *
   * @throws Broken if the database refused: then it can be tried again
   * @throws SQLException if nobody knows whether it has committed
   */
  void commit() throws SQLException, Broken {
    try {
      scope.dialect().forget(scope.connection(), claimed);
      scope.complete();
    } catch (SQLException e) {
      if (SqlFailure.isRefusal(e)) {
        throw new Broken(e, proof, Set.of());
      }
      throw e;
    }
  }
}
