package dev.mailroom.outbox.jdbc;

import static java.util.Objects.requireNonNull;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.relay.OutboxStore.Mark;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait for an operator: refused by the broker, or out of attempts. An operator
 * looks at them and marks them; the relay that owns them acts on the marks, in the order of each
 * key. Every act is recorded in {@code outbox_operation} with who did it.
 *
 * <p>Safe to share between threads. Each call takes a connection for its duration. All of them
 * throw {@link MailroomException} if the database fails; an act that fails midway has marked, and
 * recorded, the messages up to there. jOOQ, which builds the statements, greets in the log once;
 * who does not want it sets the logger {@code org.jooq.Constants} to {@code WARN}.
 */
public final class DeadLetters {

  private static final int MOST_LISTED = 1_000;
  private static final double MOST_PER_SECOND = 1_000_000;

  private final DeadLetterRows rows;

  private DeadLetters(DataSource dataSource, TableNames names) {
    rows = new DeadLetterRows(new Transactions(dataSource, names));
  }

  /** Those in the default schema of {@code dataSource}. */
  public static DeadLetters of(DataSource dataSource) {
    return of(dataSource, TableNames.DEFAULT);
  }

  /** Those in tables with names of their own. */
  public static DeadLetters of(DataSource dataSource, TableNames names) {
    return new DeadLetters(dataSource, names);
  }

  /**
   * Which dead messages are meant: those for which all that is given holds.
   *
   * @param error a part of the error's text, as it is written
   * @param parkedFrom set aside then or later
   * @param parkedBefore set aside before then
   * @param ids one of these messages, if there are any
   */
  public record Filter(
      Optional<String> destination,
      Optional<String> key,
      Optional<String> type,
      Optional<String> error,
      Optional<Instant> parkedFrom,
      Optional<Instant> parkedBefore,
      Set<UUID> ids) {

    private static final Filter ALL =
        new Filter(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Set.of());

    public Filter {
      ids = Set.copyOf(ids);
    }

    /** All dead messages, to be narrowed. */
    public static Filter all() {
      return ALL;
    }

    /** Those to this destination. */
    public Filter destination(String wanted) {
      return new Filter(Optional.of(wanted), key, type, error, parkedFrom, parkedBefore, ids);
    }

    /** Those with this key. */
    public Filter key(String wanted) {
      return new Filter(
          destination, Optional.of(wanted), type, error, parkedFrom, parkedBefore, ids);
    }

    /** Those of this type. */
    public Filter type(String wanted) {
      return new Filter(
          destination, key, Optional.of(wanted), error, parkedFrom, parkedBefore, ids);
    }

    /** Those whose error has this text in it, as it is written. */
    public Filter errorContaining(String part) {
      return new Filter(destination, key, type, Optional.of(part), parkedFrom, parkedBefore, ids);
    }

    /** Those set aside then or later. */
    public Filter parkedFrom(Instant time) {
      return new Filter(destination, key, type, error, Optional.of(time), parkedBefore, ids);
    }

    /** Those set aside before then. */
    public Filter parkedBefore(Instant time) {
      return new Filter(destination, key, type, error, parkedFrom, Optional.of(time), ids);
    }

    /** Those of these messages; of all if the set is empty. */
    public Filter ids(Set<UUID> wanted) {
      return new Filter(destination, key, type, error, parkedFrom, parkedBefore, wanted);
    }

    /** What is given, as in {@code destination=orders error~AccessDenied}. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      destination.ifPresent(value -> text.append(" destination=").append(value));
      key.ifPresent(value -> text.append(" key=").append(value));
      type.ifPresent(value -> text.append(" type=").append(value));
      error.ifPresent(value -> text.append(" error~").append(value));
      parkedFrom.ifPresent(value -> text.append(" parked>=").append(value));
      parkedBefore.ifPresent(value -> text.append(" parked<").append(value));
      if (!ids.isEmpty()) {
        text.append(" ids=").append(ids);
      }
      return text.isEmpty() ? "all" : text.substring(1);
    }
  }

  /**
   * A dead message, without its content.
   *
   * @param cursor its place in the list
   * @param mark what an operator wants done, until a relay has done it
   */
  public record DeadLetter(
      Cursor cursor,
      Optional<String> key,
      String type,
      Instant createdAt,
      Instant parkedAt,
      int attempts,
      Optional<String> error,
      Optional<Mark> mark) {}

  /** A place in the list: by destination, partition and seq. */
  public record Cursor(String destination, int partition, long seq, UUID messageId) {}

  /**
   * What an act would do.
   *
   * @param messages so many would be marked: those that are not yet
   * @param keys so many keys they have, those without one left out
   * @param waiting so many messages wait behind them for their key
   * @param duration how long the relays would be kept to that pace; zero without one
   */
  public record Outlook(long messages, long keys, long waiting, Duration duration) {}

  /**
   * Dead messages in the order of their cursors.
   *
   * @param after those behind this place; {@code null} from the start
   * @param limit at most so many: 1 to 1 000. Fewer are the last
   */
  public List<DeadLetter> list(Filter filter, @Nullable Cursor after, int limit) {
    Operators.requireBetween("limit", limit, 1, MOST_LISTED);
    return rows.list(filter, after, limit);
  }

  /** How many there are, counted up to {@code bound}, so that it costs no more than that. */
  public long count(Filter filter, int bound) {
    Operators.requireBetween("bound", bound, 1, Integer.MAX_VALUE);
    return rows.count(filter, bound);
  }

  /** What {@link #retry(Filter, String, double)} would do. Changes nothing. */
  public Outlook tryRetry(Filter filter, double perSecond) {
    return rows.outlook(filter, requirePace(perSecond));
  }

  /** What {@link #retry(Filter, String)} or {@link #discard} would do. Changes nothing. */
  public Outlook tryAtOnce(Filter filter) {
    return rows.outlook(filter, Double.POSITIVE_INFINITY);
  }

  /**
   * Has messages sent again, with all their attempts before them, as fast as the relays can.
   *
   * @param by who wants it: 1 to 128 characters
   * @return how many were marked; those that were marked already are not
   */
  public long retry(Filter filter, String by) {
    return rows.mark(filter, Mark.RETRY, Operators.requireName(by), Double.POSITIVE_INFINITY);
  }

  /**
   * As {@link #retry(Filter, String)}, at a pace: in the order of the list, each is due a little
   * later than the one before it.
   *
   * @param perSecond so many messages a second: above 0, at most 1 000 000
   */
  public long retry(Filter filter, String by, double perSecond) {
    return rows.mark(filter, Mark.RETRY, Operators.requireName(by), requirePace(perSecond));
  }

  /**
   * Has messages deleted unsent; what waits behind them in their keys goes on.
   *
   * @param by who wants it: 1 to 128 characters
   * @return how many were marked
   */
  public long discard(Filter filter, String by) {
    requireNonNull(filter, "filter");
    return rows.mark(filter, Mark.DISCARD, Operators.requireName(by), Double.POSITIVE_INFINITY);
  }

  private static double requirePace(double perSecond) {
    if (!(perSecond > 0 && perSecond <= MOST_PER_SECOND)) {
      throw new IllegalArgumentException(
          "perSecond must be above 0 and at most 1000000: " + perSecond);
    }
    return perSecond;
  }
}
