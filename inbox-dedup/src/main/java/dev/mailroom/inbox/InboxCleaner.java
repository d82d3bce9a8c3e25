package dev.mailroom.inbox;

import static java.util.Objects.requireNonNull;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets the messages of a consumer that were processed longer ago than its retention, so that the
 * table does not grow for ever. A message that is delivered after that takes effect again, so the
 * retention must be longer than any queue can hold a message: see {@link #requireRetention}.
 *
 * <p>It deletes a thousand rows at a time, by their primary key, each time in a transaction of its
 * own, and never waits for a row that somebody has locked. Any number may run at once. What is old
 * is decided by the database's clock alone. Thread-safe.
 *
 * <pre>{@code
 * InboxCleaner cleaner = inbox.cleaner();
 * cleaner.requireRetention(Duration.ofDays(4), Duration.ofDays(14));
 * ScheduledFuture<?> cleaning = cleaner.start(scheduler, Duration.ofHours(1));
 * }</pre>
 */
public final class InboxCleaner {

  private static final Logger log = LoggerFactory.getLogger(InboxCleaner.class);
  private static final Duration NO_WAIT = Duration.ZERO;
  private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);

  private final DataSource dataSource;
  private final String consumer;
  private final Duration retention;
  private final boolean force;
  private final CleaningTable table;

  /** Why nothing may be deleted. */
  private volatile @Nullable MailroomException refusal;

  private InboxCleaner(Builder builder) {
    dataSource = builder.dataSource;
    consumer = builder.consumer;
    retention = builder.retention;
    force = builder.force;
    table = new CleaningTable(new InboxTable(consumer, NO_WAIT, builder.tables), retention);
  }

  /**
   * Starts a cleaner of the messages that {@code consumer} has processed, for a process that has no
   * inbox; with one, {@link Inbox#cleaner} has its settings.
   */
  public static Builder builder(DataSource dataSource, String consumer) {
    return new Builder(dataSource, consumer);
  }

  /** How long rows are kept. */
  public Duration retention() {
    return retention;
  }

  /**
   * Makes sure that no message can outlive the memory of it: the retention must be at least a day
   * longer than the queue and its dead-letter queue together can hold one. If it is not, this
   * cleaner deletes nothing from then on. A consumer calls this for its inbox's cleaner when it
   * finds its queue.
   *
   * @param queue the {@code MessageRetentionPeriod} of the queue
   * @param deadLetter that of its dead-letter queue; zero if there is none
   * @throws MailroomException if it is not, unless the cleaner was told {@link Builder#force}
   */
  public void requireRetention(Duration queue, Duration deadLetter) {
    Duration least = queue.plus(deadLetter).plusDays(1);
    if (retention.compareTo(least) >= 0 || force) {
      return;
    }
    MailroomException tooShort =
        new MailroomException(
            ("the retention of inbox '%s' is %s, but its queue holds messages for %s and the"
                    + " dead-letter queue for %s: a message that comes after its row was deleted takes"
                    + " effect twice, so nothing is deleted; raise Inbox.Builder.retention to %s or"
                    + " more, or clean by an InboxCleaner.builder that is told to force it")
                .formatted(consumer, retention, queue, deadLetter, least));
    refusal = tooShort;
    throw tooShort;
  }

  /**
   * Deletes what is old now.
   *
   * @return how many rows; what others had locked is left for the next time
   * @throws MailroomException if the database failed; what was deleted before stays deleted. Or if
   *     {@link #requireRetention} has found the retention too short
   */
  public long clean() {
    MailroomException refused = refusal;
    if (refused != null) {
      throw new MailroomException("not cleaned: " + refused.getMessage(), refused);
    }
    try (BorrowedConnection borrowed = new BorrowedConnection(dataSource)) {
      borrowed.autoCommit(false);
      // MariaDB and MySQL lock the rows they found there, and no gaps between them.
      borrowed.isolation(Connection.TRANSACTION_READ_COMMITTED);
      return new Cleaning(borrowed.connection(), table).run();
    } catch (SQLException e) {
      throw new MailroomException(
          "cleaning inbox '"
              + consumer
              + "' failed (SQLSTATE "
              + e.getSQLState()
              + ", "
              + e.getMessage()
              + "). It goes on where it stopped when it is called again."
              + SqlFailure.advice(e),
          e);
    }
  }

  /**
   * Cleans again and again, the first time after a random part of {@code interval}, so that
   * instances do not do it all at once. A failure is logged and does not end it.
   *
   * @param scheduler whose thread cleans; the caller's to shut down
   * @param interval between the end of one cleaning and the next: at least 1 second
   * @return what to cancel to end it
   */
  public ScheduledFuture<?> start(ScheduledExecutorService scheduler, Duration interval) {
    if (interval.compareTo(MIN_INTERVAL) < 0) {
      throw new IllegalArgumentException("interval must be at least PT1S, but is " + interval);
    }
    long millis = interval.toMillis();
    return scheduler.scheduleWithFixedDelay(
        this::cleanQuietly,
        ThreadLocalRandom.current().nextLong(millis),
        millis,
        TimeUnit.MILLISECONDS);
  }

  private void cleanQuietly() {
    try {
      long deleted = clean();
      log.debug("Inbox '{}': {} rows older than {} deleted", consumer, deleted, retention);
    } catch (RuntimeException e) {
      log.warn("Inbox '{}' was not cleaned; it is tried again later", consumer, e);
    }
  }

  /** Collects settings; not for sharing between threads. */
  public static final class Builder {

    static final Duration RETENTION = Duration.ofDays(30);
    private static final Duration LEAST = Duration.ofDays(1);
    private static final Duration MOST = Duration.ofDays(3_650);

    private final DataSource dataSource;
    private final String consumer;
    private Duration retention = RETENTION;
    private boolean force;
    private TableNames tables = TableNames.DEFAULT;

    private Builder(DataSource dataSource, String consumer) {
      this.dataSource = requireNonNull(dataSource, "dataSource");
      this.consumer = InboxKey.requireLength("consumer", consumer);
    }

    /**
     * How long rows are kept: 1 to 3 650 days, by default 30. Give an {@link Inbox} of the same
     * consumer the same, or its consumers compare their queues with another one at their start.
     */
    public Builder retention(Duration retention) {
      this.retention = requireNonNull(retention, "retention");
      return this;
    }

    /** Takes any retention above zero, for those who know that their messages come back sooner. */
    public Builder force() {
      force = true;
      return this;
    }

    /** Where the tables are. By default under their own names in the connection's own schema. */
    public Builder tables(TableNames tables) {
      this.tables = requireNonNull(tables, "tables");
      return this;
    }

    /** The cleaner; a retention out of bounds is refused. */
    public InboxCleaner build() {
      Duration least = force ? Duration.ofMillis(1) : LEAST;
      if (retention.compareTo(least) < 0 || retention.compareTo(MOST) > 0) {
        throw new IllegalArgumentException(
            "retention must be " + least + " to " + MOST + ", but is " + retention);
      }
      return new InboxCleaner(this);
    }
  }
}
