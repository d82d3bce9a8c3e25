package dev.mailroom.testkit;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.OutboxStore.Mark;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.RowId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * An outbox as {@link OutboxStoreContract} needs it: the store, and the hands of those who write
 * into it and operate it.
 */
public interface StoreUnderTest {

  /** The store, the same throughout a test. */
  OutboxStore store();

  /** Whether its database can tell open writers; if not, the store says so. */
  boolean tellsOpenWriters();

  /** Begins a transaction of its own. */
  Writer begin();

  /** All parked rows, in the order of their ids. */
  List<ParkedRow> parked();

  /** Marks a DEAD row as an operator does; the mark is due at once. */
  void mark(RowId id, Mark mark);

  /** Pauses a destination that the outbox remembers, or lets it go on. */
  void pause(String destination, boolean paused);

  /** A transaction of a writer; it ends with a commit or a rollback. */
  interface Writer {

    /** Writes messages in the order given; scheduled ones are parked. */
    void publish(List<Message> messages);

    /** Writes a row as a writer in another language might leave it. */
    void insert(ForeignRow row);

    /** Reads rows of the outbox, and changes rows of some other table. */
    void workElsewhere();

    /** Ends it; what it wrote is there. */
    void commit();

    /** Ends it; what it wrote never was. */
    void rollback();
  }

  /** The columns that writers set, unchecked. A row with {@code deliverAt} is a scheduled one. */
  record ForeignRow(
      String destination,
      UUID messageId,
      Optional<String> key,
      String type,
      Optional<String> headers,
      String payload,
      Optional<Instant> deliverAt) {}

  /** A row that was parked. */
  record ParkedRow(
      RowId id, ParkedState state, int attempts, Optional<String> error, Optional<Mark> mark) {}
}
