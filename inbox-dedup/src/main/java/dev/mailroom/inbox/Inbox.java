package dev.mailroom.inbox;

import static java.util.Objects.requireNonNull;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Outbox;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Lets each message take effect once, however often it is delivered: the handler's writes, its
 * outgoing messages and the record that the message was processed commit in one transaction, or
 * none of them does. Thread-safe; one inbox serves all threads of a consumer.
 *
 * <pre>{@code
 * Inbox inbox = Inbox.of(dataSource, "billing");
 * Outcome outcome = inbox.process(message, context -> {
 *   insertInvoice(context.connection(), context.message().payload());
 *   context.outbox().publish(Message.to("invoices")…);
 * });
 * }</pre>
 *
 * <p>{@link Outcome#PROCESSED} and {@link Outcome#DUPLICATE} mean that the message can be deleted
 * from its queue. {@link Outcome#IN_PROGRESS} and every exception mean that it must be left for
 * redelivery. What a handler does outside its connection, such as a call to another service, is not
 * undone by a rollback and not covered.
 *
 * <p>The table is that of {@link InboxSchema}, and {@link #cleaner} keeps it from growing for ever.
 * The data source must hand out connections that are not part of a transaction managed elsewhere.
 */
public final class Inbox {

  /** What became of a delivery. */
  public enum Outcome {
    /** The handler ran and its transaction has committed. */
    PROCESSED,
    /** The message had been processed before; the handler was not run. */
    DUPLICATE,
    /**
     * Another copy of the message was being processed and had not ended within the lock timeout.
     * The handler was not run; deliver the message again later.
     */
    IN_PROGRESS;

    /**
     * For listeners whose framework deletes a message unless they throw: {@code
     * inbox.process(message, handler).requireDone()}.
     *
     * @throws MailroomException if it is {@link #IN_PROGRESS}, so that the message comes again
     */
    public void requireDone() {
      if (this == IN_PROGRESS) {
        throw new MailroomException(
            "another copy of the message is being processed; let this one be delivered again");
      }
    }
  }

  /** What a handler gets; good until it returns, and for its thread alone. */
  public interface Context {

    /**
     * The connection whose transaction holds the message's record. It refuses to commit, roll back,
     * close or switch autocommit; nor must the handler do so by SQL. Savepoints can be used.
     */
    Connection connection();

    /** The message. */
    ReceivedMessage message();

    /** Takes outgoing messages into the same transaction. */
    Outbox outbox();
  }

  /** The application's work on a message. Returning commits it; any exception rolls it back. */
  @FunctionalInterface
  public interface Handler<X extends Exception> {
    /** Does the work, within the transaction of {@link Context#connection}. */
    void handle(Context context) throws X;
  }

  /** Whether the messages of a batch depend on each other. */
  public enum Order {
    /** Each stands for itself, as on a standard queue. */
    NONE,
    /**
     * Messages of one {@link ReceivedMessage#key} come in order, as on a FIFO queue: after one that
     * took no effect, none of its key is run. Messages without a key stand for themselves.
     */
    BY_KEY
  }

  /**
   * The database kept the inbox from its work before a handler ran, by no fault of the message:
   * there is no connection, or the server takes no writes, or the tables are missing. Nothing was
   * done, and another message would fare no better now.
   */
  public static final class Unavailable extends MailroomException {

    private static final long serialVersionUID = 1L;

    Unavailable(String message, Exception cause) {
      super(message, cause);
    }
  }

  /** What became of a message of a batch. */
  public enum Status {
    /** The handler ran and its transaction has committed. */
    PROCESSED,
    /** The message had taken effect before, or earlier in this batch; it was not run again. */
    DUPLICATE,
    /** As {@link Outcome#IN_PROGRESS}. */
    IN_PROGRESS,
    /**
     * The handler threw and all it did was undone, or the database failed: then the message took no
     * effect, unless a commit failed whose effect is unknown.
     */
    FAILED,
    /**
     * Left alone because an earlier message of its key, or an earlier copy of it, took no effect;
     * or because the thread was interrupted or the database could not be reached.
     */
    NOT_RUN
  }

  /**
   * What became of a message of a batch.
   *
   * @param failure of {@link Status#FAILED} what the handler threw, or a {@link MailroomException}
   *     for what the database did; of others nothing
   */
  public record Result(ReceivedMessage message, Status status, Optional<Throwable> failure) {

    /** Whether the message can be deleted from its queue; if not, leave it for redelivery. */
    public boolean isDone() {
      return status == Status.PROCESSED || status == Status.DUPLICATE;
    }
  }

  private final String consumer;
  private final SingleMessage single;
  private final Function<? super ReceivedMessage, String> key;
  private final InboxCleaner cleaner;

  private Inbox(Builder builder) {
    consumer = builder.consumer;
    InboxTable table = new InboxTable(consumer, builder.lockTimeout, builder.tables);
    InboxTransactions transactions =
        new InboxTransactions(builder.dataSource, table, builder.outbox());
    single = new SingleMessage(transactions, new Retries(builder.retries));
    key = builder.key;
    cleaner =
        InboxCleaner.builder(builder.dataSource, consumer)
            .tables(builder.tables)
            .retention(builder.retention)
            .build();
  }

  /** An inbox with all defaults; see {@link #builder}. */
  public static Inbox of(DataSource dataSource, String consumer) {
    return builder(dataSource, consumer).build();
  }

  /**
   * Starts an inbox.
   *
   * @param consumer in whose name messages are recorded: 1 to 128 characters, usually the queue's
   *     name. Consumers of one name share what they have processed, so two queues that each get a
   *     copy of a message need two names.
   */
  public static Builder builder(DataSource dataSource, String consumer) {
    return new Builder(dataSource, consumer);
  }

  /** In whose name messages are recorded. */
  public String consumer() {
    return consumer;
  }

  /**
   * Runs the handler in a new transaction, unless the message was processed before. A transaction
   * that the database gives up as a deadlock's victim or as not serializable is run again as a
   * whole, handler included.
   *
   * @throws X what the handler threw, unchanged, once all was rolled back
   * @throws Unavailable if the database let nothing begin
   * @throws MailroomException if the database failed the inbox itself: nothing took effect, except
   *     that a failed commit may have. Leave the message for redelivery in any case.
   */
  public <X extends Exception> Outcome process(ReceivedMessage message, Handler<X> handler)
      throws X {
    return single.process(key(message), message, handler);
  }

  /**
   * Runs the handler inside a transaction that the caller began and will end, unless the message
   * was processed before. What it did takes effect if and when that transaction commits; delete the
   * message from its queue only then. If the handler throws, or it is {@link Outcome#IN_PROGRESS},
   * all it did is rolled back to where it began and the transaction can go on. Nothing is run again
   * here.
   *
   * @throws X what the handler threw, unchanged
   * @throws MailroomException if {@code connection} is in autocommit mode, or the database failed
   *     the inbox itself, or undid more than the handler's part, as MariaDB and MySQL do at a
   *     deadlock: then its cause is what the handler threw. Roll the transaction back
   */
  public <X extends Exception> Outcome process(
      Connection connection, ReceivedMessage message, Handler<X> handler) throws X {
    return single.join(connection, key(message), message, handler);
  }

  /** As {@link #processAll(List, Order, Handler)} with {@link Order#NONE}. */
  public List<Result> processAll(List<ReceivedMessage> messages, Handler<?> handler) {
    return processAll(messages, Order.NONE, handler);
  }

  /**
   * Runs the handler for each message, in the order given and on this thread, unless it was
   * processed before. At most 10 messages share a transaction, which makes them cheaper than one by
   * one; what fails is undone alone, and the others of its transaction still commit. Nothing stands
   * in the inbox of a message that took no effect, so that it runs again when it is delivered
   * again. A handler may be run several times for one message, of which at most one commits: what
   * cannot be done together, because a copy is being processed elsewhere for instance, is done one
   * by one.
   *
   * <p>No exception of a handler or the database leaves this method: each is in its message's
   * result. An interrupt ends the batch after the handler that is running; the thread stays
   * interrupted. Handlers of a transaction wait for each other's end to commit, so keep them short.
   *
   * @return a result for each message, in the order of the messages
   */
  public List<Result> processAll(List<ReceivedMessage> messages, Order order, Handler<?> handler) {
    return new Batch(single, order, handler).run(messages, this::key);
  }

  /** The messages that were given up on in this inbox's name. */
  public InboxDeadLetters deadLetters() {
    InboxTransactions transactions = single.transactions();
    return new InboxDeadLetters(this, transactions.dataSource(), transactions.table());
  }

  /** What forgets this inbox's messages when {@link Builder#retention} is over; not yet started. */
  public InboxCleaner cleaner() {
    return cleaner;
  }

  <X extends Exception> Outcome processAs(
      String messageId, ReceivedMessage message, Handler<X> handler) throws X {
    return single.process(new InboxKey(consumer, messageId), message, handler);
  }

  InboxKey key(ReceivedMessage message) {
    return InboxKey.of(consumer, key.apply(message));
  }

  /** As {@link #key}, of messages as well that failed for want of one. */
  InboxKey keyOrStandIn(ReceivedMessage message) {
    try {
      return key(message);
    } catch (RuntimeException e) {
      return InboxKey.standIn(consumer, message);
    }
  }

  /** Collects settings; not for sharing between threads. */
  public static final class Builder {

    private static final Duration MIN_LOCK_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_LOCK_TIMEOUT = Duration.ofMinutes(10);
    private static final int MAX_RETRIES = 100;

    private final DataSource dataSource;
    private final String consumer;
    private @Nullable JdbcOutbox outbox;
    private TableNames tables = TableNames.DEFAULT;
    private Duration lockTimeout = Duration.ofSeconds(2);
    private int retries = 3;
    private Duration retention = InboxCleaner.Builder.RETENTION;
    private Function<? super ReceivedMessage, String> key = ReceivedMessage::id;

    private Builder(DataSource dataSource, String consumer) {
      this.dataSource = requireNonNull(dataSource, "dataSource");
      this.consumer = InboxKey.requireLength("consumer", consumer);
    }

    /**
     * Where the handlers' outgoing messages go. The default is {@link JdbcOutbox#create()}, with
     * the tables of this inbox.
     */
    public Builder outbox(JdbcOutbox outbox) {
      this.outbox = requireNonNull(outbox, "outbox");
      return this;
    }

    /**
     * How long a second copy of a message waits for the first to be committed or rolled back: 1
     * millisecond to 10 minutes, by default 2 seconds. It does not apply to the handler.
     */
    public Builder lockTimeout(Duration lockTimeout) {
      if (lockTimeout.compareTo(MIN_LOCK_TIMEOUT) < 0
          || lockTimeout.compareTo(MAX_LOCK_TIMEOUT) > 0) {
        throw new IllegalArgumentException(
            "lockTimeout must be PT0.001S to PT10M, but is " + lockTimeout);
      }
      this.lockTimeout = lockTimeout;
      return this;
    }

    /**
     * How often a transaction is run again after a deadlock or a serialization failure (SQLSTATE
     * 40P01 or 40001): 0 to 100 times, by default 3. Not after a lock timeout, which the driver of
     * MySQL calls 40001, too.
     */
    public Builder retries(int retries) {
      if (retries < 0 || retries > MAX_RETRIES) {
        throw new IllegalArgumentException("retries must be 0 to 100, but are " + retries);
      }
      this.retries = retries;
      return this;
    }

    /**
     * What a message is known again by, for messages of others whose queue ids change when they are
     * sent again: 1 to 128 characters. The default is {@link ReceivedMessage#id}.
     */
    public Builder key(Function<? super ReceivedMessage, String> key) {
      this.key = requireNonNull(key, "key");
      return this;
    }

    /** Where the tables are. By default under their own names in the connection's own schema. */
    public Builder tables(TableNames tables) {
      this.tables = requireNonNull(tables, "tables");
      return this;
    }

    /**
     * How long messages are known again, as {@link Inbox#cleaner} goes by it and a consumer
     * compares it with its queue when it starts: 1 to 3 650 days, by default 30.
     */
    public Builder retention(Duration retention) {
      this.retention = requireNonNull(retention, "retention");
      return this;
    }

    private JdbcOutbox outbox() {
      return outbox == null ? JdbcOutbox.builder().tables(tables).build() : outbox;
    }

    /** The inbox; nothing is called yet. */
    public Inbox build() {
      return new Inbox(this);
    }
  }
}
