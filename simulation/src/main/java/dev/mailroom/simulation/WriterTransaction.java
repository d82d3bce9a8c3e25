package dev.mailroom.simulation;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxStore.RowId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A transaction of a writer. Its rows are seen from its commit on. */
final class WriterTransaction {

  final String name;
  private final MemoryOutbox outbox;
  private final List<StoredRow> rows = new ArrayList<>();
  private final List<ParkedRow> scheduled = new ArrayList<>();
  private boolean ended;

  WriterTransaction(MemoryOutbox outbox, String name) {
    this.outbox = outbox;
    this.name = name;
  }

  /** Takes the table's lock, as an insert does before it draws its seq. */
  void touch() {
    if (ended) {
      throw new MailroomException("the connection was lost");
    }
    outbox.opened(this);
  }

  RowId insert(Message message, int size) {
    StoredRow row = row(message, size);
    rows.add(row);
    return row.id();
  }

  RowId schedule(Message message, int size, Instant dueAt) {
    StoredRow row = row(message, size);
    scheduled.add(ParkedRow.scheduled(row, dueAt));
    return row.id();
  }

  /** A row that is no message. */
  RowId insertUndecodable(String destination, Optional<String> key, UUID id, String error) {
    StoredRow row = undecodable(destination, key, id, error);
    rows.add(row);
    return row.id();
  }

  RowId scheduleUndecodable(
      String destination, Optional<String> key, UUID id, String error, Instant dueAt) {
    StoredRow row = undecodable(destination, key, id, error);
    scheduled.add(ParkedRow.scheduled(row, dueAt));
    return row.id();
  }

  private StoredRow undecodable(String destination, Optional<String> key, UUID id, String error) {
    touch();
    RowId row = outbox.draw(destination, key.orElse(id.toString()), id);
    return StoredRow.undecodable(row, key, error);
  }

  private StoredRow row(Message message, int size) {
    touch();
    String spread = message.key().orElse(message.id().toString());
    RowId id = outbox.draw(message.destination(), spread, message.id());
    return StoredRow.of(id, message, outbox.now(), size);
  }

  void commit() {
    if (ended) {
      throw new MailroomException("the connection was lost");
    }
    ended = true;
    outbox.ended(this, rows, scheduled);
  }

  void rollback() {
    ended = true;
    outbox.ended(this, List.of(), List.of());
  }
}
