package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.Headers;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes rows of results. What a foreign writer left is checked as strictly as our own. */
final class RowReader {

  private RowReader() {}

  /** How a column holds a time. */
  interface Time {
    Instant of(ResultSet results, String column) throws SQLException;
  }

  /** With a time zone. */
  static final Time ZONED =
      (results, column) -> results.getObject(column, OffsetDateTime.class).toInstant();

  static Row row(ResultSet results) throws SQLException {
    return row(results, ZONED);
  }

  static Row row(ResultSet results, Time time) throws SQLException {
    Lane lane = new Lane(results.getString("destination"), results.getInt("partition_no"));
    UUID messageId = UUID.fromString(results.getString("message_id"));
    RowId id = new RowId(lane, results.getLong("seq"), messageId);
    String key = results.getString("message_key");
    int size = results.getInt("size");
    if (!results.getBoolean("inline")) {
      return new Row.Listed(id, Optional.ofNullable(key), size);
    }
    try {
      Message message = message(results, id, key);
      OutboxEntry entry = new OutboxEntry(message, time.of(results, "created_at"));
      return new Row.Loaded(id, entry, size);
    } catch (InvalidMessage e) {
      return new Row.Undecodable(id, Optional.ofNullable(key), String.valueOf(e.getMessage()));
    }
  }

  private static Message message(ResultSet results, RowId id, @Nullable String key)
      throws SQLException {
    String headers = results.getString("headers");
    return Message.to(id.lane().destination())
        .id(id.messageId())
        .type(results.getString("message_type"))
        .key(key)
        .headers(headers == null ? Headers.none() : Headers.parse(headers))
        .payload(results.getString("payload"))
        .build();
  }
}
