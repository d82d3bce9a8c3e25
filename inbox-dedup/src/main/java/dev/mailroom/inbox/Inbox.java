package dev.mailroom.inbox;

import static java.util.Objects.requireNonNull;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Outbox;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * <p>PostgreSQL 11 and newer, with the table of {@link InboxSchema}. The data source must hand out
 * connections that are not part of a transaction managed elsewhere.
 */
public final class Inbox {

  private static final Logger log = LoggerFactory.getLogger(Inbox.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

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
    IN_PROGRESS
  }

  /** What a handler gets; good until it returns, and for its thread alone. */
  public interface Context {

    /**
     * The connection whose transaction holds the message's record. It refuses to commit, roll back,
     * close or switch autocommit; nor must the handler do so by SQL. Savepoints can be used.
     */
    Connection connection();

    ReceivedMessage message();

    /** Takes outgoing messages into the same transaction. */
    Outbox outbox();
  }

  /** The application's work on a message. Returning commits it; any exception rolls it back. */
  @FunctionalInterface
  public interface Handler<X extends Exception> {
    void handle(Context context) throws X;
  }

  private record HandlerContext(Connection connection, ReceivedMessage message, Outbox outbox)
      implements Context {}

  private final DataSource dataSource;
  private final String consumer;
  private final JdbcOutbox outbox;
  private final InboxTable table;
  private final int retries;
  private final Function<? super ReceivedMessage, String> key;

  private Inbox(Builder builder) {
    dataSource = builder.dataSource;
    consumer = builder.consumer;
    outbox = builder.outbox;
    table = new InboxTable(consumer, builder.lockTimeout);
    retries = builder.retries;
    key = builder.key;
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
   * @throws MailroomException if the database failed the inbox itself: nothing took effect, except
   *     that a failed commit may have. Leave the message for redelivery in either case.
   */
  public <X extends Exception> Outcome process(ReceivedMessage message, Handler<X> handler)
      throws X {
    InboxKey id = key(message);
    for (int attempt = 0; ; attempt++) {
      try (Scope transaction = begin(id)) {
        return run(transaction, id, message, handler);
      } catch (Exception e) {
        if (attempt >= retries || !SqlFailure.isWorthRetrying(e) || !paused(attempt)) {
          throw e;
        }
        log.debug("{} is run again, attempt {} of {}", id, attempt + 2, retries + 1, e);
      }
    }
  }

  /**
   * Runs the handler inside a transaction that the caller began and will end, unless the message
   * was processed before. What it did takes effect if and when that transaction commits; delete the
   * message from its queue only then. If it throws, or is {@link Outcome#IN_PROGRESS}, all it did
   * is rolled back to where it began and the transaction can go on. Nothing is run again here.
   *
   * @throws X what the handler threw, unchanged
   * @throws MailroomException if {@code connection} is in autocommit mode, or the database failed
   *     the inbox itself; roll the transaction back
   */
  public <X extends Exception> Outcome process(
      Connection connection, ReceivedMessage message, Handler<X> handler) throws X {
    InboxKey id = key(message);
    try (Scope part = join(id, connection)) {
      return run(part, id, message, handler);
    }
  }

  private <X extends Exception> Outcome run(
      Scope scope, InboxKey id, ReceivedMessage message, Handler<X> handler) throws X {
    return switch (claim(scope, id)) {
      case KNOWN -> Outcome.DUPLICATE;
      case LOCKED -> Outcome.IN_PROGRESS;
      case NEW -> {
        try (GuardedConnection guard = new GuardedConnection(scope.connection())) {
          Connection connection = guard.asConnection();
          handler.handle(new HandlerContext(connection, message, outbox.on(connection)));
        }
        complete(scope, id);
        yield Outcome.PROCESSED;
      }
    };
  }

  private Scope begin(InboxKey id) {
    try {
      return TransactionScope.begin(dataSource);
    } catch (SQLException e) {
      throw id.failure("no connection to the database", e, "Nothing was done; deliver it again.");
    }
  }

  private static Scope join(InboxKey id, Connection connection) {
    try {
      if (connection.getAutoCommit()) {
        throw new MailroomException(
            id + ": the connection to join is in autocommit mode; call setAutoCommit(false) first");
      }
      return SavepointScope.begin(connection);
    } catch (SQLException e) {
      throw id.failure("no savepoint", e, "Roll the transaction back and deliver it again.");
    }
  }

  private InboxTable.Claim claim(Scope scope, InboxKey id) {
    try {
      return table.claim(scope.connection(), id.messageId());
    } catch (SQLException e) {
      throw id.failure(
          "its row could not be written",
          e,
          "Nothing was done; deliver it again. If the table is missing, call InboxSchema.migrate.");
    }
  }

  private static void complete(Scope scope, InboxKey id) {
    try {
      InboxTable.requireStillOpen(scope.connection());
    } catch (SQLException e) {
      throw id.failure(
          "the handler left a transaction that cannot commit",
          e,
          "It must let the errors of its statements out, or roll back to a savepoint before them,"
              + " and must not commit or roll back by SQL.");
    }
    try {
      scope.complete();
    } catch (SQLException e) {
      throw id.failure(
          "commit failed",
          e,
          "Whether it took effect is unknown; deliver it again, and the inbox will tell.");
    }
  }

  private InboxKey key(ReceivedMessage message) {
    return InboxKey.of(consumer, key.apply(message));
  }

  /** Not if the thread was interrupted: its failure then stands. */
  private static boolean paused(int attempt) {
    long bound = FIRST_PAUSE.toMillis() << Math.min(attempt, 6);
    try {
      TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(bound) + 1);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Collects settings; not for sharing between threads. */
  public static final class Builder {

    private static final Duration MIN_LOCK_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_LOCK_TIMEOUT = Duration.ofMinutes(10);
    private static final int MAX_RETRIES = 100;

    private final DataSource dataSource;
    private final String consumer;
    private JdbcOutbox outbox = JdbcOutbox.create();
    private Duration lockTimeout = Duration.ofSeconds(2);
    private int retries = 3;
    private Function<? super ReceivedMessage, String> key = ReceivedMessage::id;

    private Builder(DataSource dataSource, String consumer) {
      this.dataSource = requireNonNull(dataSource, "dataSource");
      this.consumer = InboxKey.requireLength("consumer", consumer);
    }

    /** Where the handlers' outgoing messages go. The default is {@link JdbcOutbox#create()}. */
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
     * 40P01 or 40001): 0 to 100 times, by default 3.
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

    public Inbox build() {
      return new Inbox(this);
    }
  }
}
