package dev.mailroom.outbox.jdbc;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.partitioningBy;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.Outbox;
import dev.mailroom.outbox.WireFormat;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jooq.Configuration;
import org.jooq.DSLContext;

/**
 * Writes messages on the caller's own connection, so that they commit or roll back with the
 * business data: one INSERT, whatever the number of messages, and another for those that have a
 * {@link Message#deliverAt}. Safe to share between threads; it holds no connection.
 */
public final class JdbcOutbox {

  /** What every topic takes unless it was raised: 256 KiB, attributes included. */
  public static final int DEFAULT_MAX_BYTES = 262_144;

  private static final int MOST_BYTES = 1_048_576;

  private final int maxBytes;
  private final Map<String, Integer> maxBytesOf;
  private final Consumer<String> signal;
  private final boolean keyLock;
  private final Dialects dialects;

  private JdbcOutbox(Builder builder) {
    maxBytes = builder.maxBytes;
    maxBytesOf = Map.copyOf(builder.maxBytesOf);
    signal = builder.signal;
    keyLock = builder.keyLock;
    dialects = new Dialects(builder.tables);
  }

  /** An outbox with the defaults. */
  public static JdbcOutbox create() {
    return builder().build();
  }

  /** Starts an outbox; each setting has a default. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Writes one message into the transaction of {@code connection}.
   *
   * @throws InvalidMessage if the message is larger than this outbox takes for its destination
   * @throws MailroomException if the connection is in auto-commit mode or read-only, or its server
   *     takes no writes
   * @throws SQLException as the database gave it; the transaction should roll back
   */
  public void publish(Connection connection, Message message) throws SQLException {
    publishAll(connection, List.of(message));
  }

  /**
   * Writes messages in the order given, all or none; those with a time go to {@code outbox_parked}.
   *
   * @throws InvalidMessage if one is too large; then none is written
   * @throws MailroomException as for {@link #publish}
   * @throws SQLException as for {@link #publish}
   */
  public void publishAll(Connection connection, List<Message> messages) throws SQLException {
    requireTransaction(connection);
    messages.forEach(this::requireSize);
    Map<Boolean, List<Message>> byTime =
        messages.stream().collect(partitioningBy(message -> message.deliverAt().isPresent()));
    List<Message> scheduled = requireNonNull(byTime.get(true));
    List<Message> now = requireNonNull(byTime.get(false));
    try {
      write(connection, now, scheduled);
    } catch (SQLException e) {
      if (Transactions.takesNoWrites(e)) {
        throw Transactions.readOnly(e);
      }
      throw e;
    }
    now.stream().map(Message::destination).distinct().forEach(signal);
  }

  private void write(Connection connection, List<Message> now, List<Message> scheduled)
      throws SQLException {
    WriterStatements writer = dialects.of(connection).writer();
    if (keyLock && now.stream().anyMatch(message -> message.key().isPresent())) {
      writer.lockKeys(connection, now);
    }
    writer.write(connection, now, scheduled);
  }

  /** This outbox bound to {@code connection}: as safe and as short-lived as the connection is. */
  public Outbox on(Connection connection) {
    return messages -> publishOn(connection, messages);
  }

  /**
   * This outbox bound to the transaction that jOOQ runs: pass what {@code transaction} gave to your
   * lambda, as in {@code dsl.transaction(now -> outbox.on(now.dsl()).publish(message))}. As safe
   * and as short-lived as that transaction. Outside of one it refuses to publish.
   */
  public Outbox on(DSLContext transaction) {
    return messages -> transaction.connection(connection -> publishOn(connection, messages));
  }

  /** As {@link #on(DSLContext)}, for what {@code transaction} gives to a lambda as it is. */
  public Outbox on(Configuration transaction) {
    return on(transaction.dsl());
  }

  private void publishOn(Connection connection, List<Message> messages) {
    try {
      publishAll(connection, messages);
    } catch (SQLException e) {
      throw new MailroomException(
          "The outbox could not write " + messages.size() + " messages: " + e.getMessage(), e);
    }
  }

  private static void requireTransaction(Connection connection) throws SQLException {
    if (connection.getAutoCommit()) {
      throw new MailroomException(
          "The connection is in auto-commit mode, so the message would commit apart from the"
              + " business data. Pass the connection on which the business data is written, after"
              + " setAutoCommit(false).");
    }
    if (connection.isReadOnly()) {
      throw new MailroomException(
          "The connection is read-only, so no message can be written on it. Pass the connection on"
              + " which the business data is written, to the primary and with setReadOnly(false).");
    }
  }

  private void requireSize(Message message) {
    int limit = maxBytesOf.getOrDefault(message.destination(), maxBytes);
    int size = WireFormat.size(message);
    if (size > limit) {
      throw new InvalidMessage(
          "payload",
          "with its attributes has "
              + size
              + " bytes, above the "
              + limit
              + " that this outbox takes for '"
              + message.destination()
              + "'. Store the content elsewhere and send a reference, or raise"
              + " JdbcOutbox.Builder.maxBytes if the destination takes more.");
    }
  }

  /** Settings of an outbox. A wrong one is refused at once. */
  public static final class Builder {

    private int maxBytes = DEFAULT_MAX_BYTES;
    private final Map<String, Integer> maxBytesOf = new HashMap<>();
    private Consumer<String> signal = destination -> {};
    private boolean keyLock;
    private TableNames tables = TableNames.DEFAULT;

    private Builder() {}

    /**
     * The largest message to take, body and attributes: 1 KiB to 1 MiB, by default 256 KiB, which
     * is what an SNS topic takes unless it was raised.
     */
    public Builder maxBytes(int bytes) {
      maxBytes = checked(bytes);
      return this;
    }

    /** As {@link #maxBytes(int)}, for one destination. */
    public Builder maxBytes(String destination, int bytes) {
      maxBytesOf.put(requireNonNull(destination, "destination"), checked(bytes));
      return this;
    }

    /**
     * Called with the destination after each write of a message that is to be sent at once, on the
     * writer's thread and before the commit: {@code relay::wake}, when a relay runs in the same
     * JVM, makes it look at once instead of at its next poll.
     */
    public Builder signal(Consumer<String> signal) {
      this.signal = requireNonNull(signal, "signal");
      return this;
    }

    /**
     * Makes the writers of a key take turns, by default {@code false}. A publish then waits until
     * every other transaction that published with this setting to the same destination and key has
     * ended, for as long as {@code lock_timeout} allows; so messages of a key get the order in
     * which their transactions commit. It costs a statement and is for writers that hold no lock of
     * their own on what the key stands for. Scheduled messages, which have no such order, do not
     * wait.
     *
     * <p>The keys of one call are locked in one order for all. Transactions that publish several
     * times, in different orders of keys, can deadlock; the database then ends one of them
     * (SQLState 40P01 or 40001), which may be run again. On MariaDB and MySQL a key is one of 4 096
     * rows of {@code outbox_lock}, which the writer needs SELECT and UPDATE on, and two keys that
     * share one wait for each other.
     */
    public Builder keyLock(boolean lock) {
      keyLock = lock;
      return this;
    }

    /** Where the tables are. By default under their own names in the connection's own schema. */
    public Builder tables(TableNames tables) {
      this.tables = requireNonNull(tables, "tables");
      return this;
    }

    /** The outbox; nothing is called yet. */
    public JdbcOutbox build() {
      return new JdbcOutbox(this);
    }

    private static int checked(int bytes) {
      if (bytes < 1024 || bytes > MOST_BYTES) {
        throw new IllegalArgumentException(
            "maxBytes must be 1024 to " + MOST_BYTES + ", the most that SQS takes: " + bytes);
      }
      return bytes;
    }
  }
}
