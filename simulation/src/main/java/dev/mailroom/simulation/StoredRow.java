package dev.mailroom.simulation;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import java.time.Instant;
import java.util.Optional;

/**
 * A row of either table.
 *
 * @param full as it is read with its content
 * @param listed as it is read without
 */
record StoredRow(RowId id, Optional<String> key, int size, Row full, Row listed) {

  static StoredRow of(RowId id, Message message, Instant createdAt, int size) {
    return new StoredRow(
        id,
        message.key(),
        size,
        new Row.Loaded(id, new OutboxEntry(message, createdAt), size),
        new Row.Listed(id, message.key(), size));
  }

  static StoredRow undecodable(RowId id, Optional<String> key, String error) {
    return new StoredRow(
        id, key, 0, new Row.Undecodable(id, key, error), new Row.Listed(id, key, 0));
  }

  Row shown(boolean known, int maxInline) {
    return known || size > maxInline ? listed : full;
  }
}
