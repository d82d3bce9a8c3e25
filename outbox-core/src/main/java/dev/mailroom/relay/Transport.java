package dev.mailroom.relay;

import dev.mailroom.outbox.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The way to the broker. The engine calls it from its one thread and never blocks on it; it must
 * return at once and may complete on any thread.
 */
public interface Transport extends AutoCloseable {

  /**
   * What a destination takes. It may change while the relay runs, as when a queue's real limit
   * becomes known.
   *
   * @param ordered whether order within a key matters there: FIFO
   * @param maxEntries of a batch, at least 1
   * @param maxBytes of a batch in all, by {@link #sizeOf}
   */
  record Limits(boolean ordered, int maxEntries, int maxBytes) {}

  /**
   * What became of one entry of a batch. Only {@link Accepted} lets the row be deleted; whatever is
   * in doubt is a failure, and the entry is sent again with the same id.
   */
  sealed interface Result {

    /** The broker has it. */
    record Accepted() implements Result {}

    /** The broker says that this message is bad, and would say so again. */
    record Refused(String error) implements Result {}

    /** The destination can never take this message, and the transport knows without asking. */
    record Unsendable(String error) implements Result {}

    /** This entry failed for a reason that may pass. */
    record Failed(String error) implements Result {}

    /** The destination is missing, forbidden, throttled or unreachable: no fault of the entry. */
    record Unavailable(String error) implements Result {}

    /** The batch was too long for the destination; smaller ones may pass. */
    record TooLong(String error) implements Result {}
  }

  /**
   * The limits of {@code destination}, without I/O.
   *
   * @throws dev.mailroom.outbox.MailroomException if no route resolves it; the engine then sends
   *     nothing there, reports the text, and asks again later
   */
  Limits limits(String destination);

  /** The bytes that {@code message} counts against {@link Limits#maxBytes}. */
  int sizeOf(Message message);

  /**
   * Sends entries that fit the limits. The stage completes with one result an entry, in order; it
   * completes within {@link #sendTimeout}, and nothing is sent later. If it fails instead, the
   * engine treats that as {@link Result.Unavailable} for all.
   */
  CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch);

  /** The longest time that {@link #send} takes. No lease may be shorter. */
  Duration sendTimeout();

  /** A new gate for one destination, on the clock given. */
  DestinationGate gate(String destination, Ticker ticker);

  /** A monotonic clock; in production the JVM's, in tests a virtual one. */
  @FunctionalInterface
  interface Ticker {
    /** Nanoseconds since some fixed moment. */
    long nanos();
  }

  /** Lets go of what it holds; clients that were passed in stay open. */
  @Override
  void close();
}
