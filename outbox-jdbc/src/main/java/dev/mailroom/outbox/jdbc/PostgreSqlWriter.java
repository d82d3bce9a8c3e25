package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.Message;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statements of writers. They need no right but to insert. */
final class PostgreSqlWriter implements WriterStatements {

  private static final String INSERT =
      """
      INSERT INTO outbox_message
        (destination, message_id, message_key, message_type, headers, payload)
      VALUES (?, ?, ?, ?, ?, ?)
      """;

  /** The sort comes before the defaults, so that seq is drawn in the order of the list. */
  private static final String INSERT_ALL =
      """
      INSERT INTO outbox_message
        (destination, message_id, message_key, message_type, headers, payload)
      SELECT destination, message_id, message_key, message_type, headers, payload
      FROM unnest(?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[]) WITH ORDINALITY
        AS m(destination, message_id, message_key, message_type, headers, payload, position)
      ORDER BY position
      """;

  private static final String SCHEDULE =
      """
      INSERT INTO outbox_parked
        (destination, message_id, message_key, message_type, headers, payload, deliver_at)
      SELECT destination, message_id, message_key, message_type, headers, payload, deliver_at
      FROM unnest(?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[],
                  ?::timestamptz[]) WITH ORDINALITY
        AS m(destination, message_id, message_key, message_type, headers, payload, deliver_at,
             position)
      ORDER BY position
      """;

  /** One order for all writers, so that two of them do not wait for each other. */
  private static final String LOCK_KEYS =
      """
      SELECT pg_advisory_xact_lock(k.hash)
      FROM (SELECT DISTINCT
              hashtextextended('mailroom ' || m.destination || ' ' || m.message_key, 0) AS hash
            FROM unnest(?::text[], ?::text[]) AS m(destination, message_key)
            WHERE m.message_key IS NOT NULL
            ORDER BY hash) k
      """;

  private final Sql sql;

  PostgreSqlWriter(Sql sql) {
    this.sql = sql;
  }

  @Override
  public void write(Connection connection, List<Message> now, List<Message> scheduled)
      throws SQLException {
    if (!now.isEmpty()) {
      insert(connection, now);
    }
    if (!scheduled.isEmpty()) {
      schedule(connection, scheduled);
    }
  }

  private void insert(Connection connection, List<Message> messages) throws SQLException {
    if (messages.size() == 1) {
      insertOne(connection, messages.get(0));
      return;
    }
    try (PreparedStatement insert = connection.prepareStatement(sql.of(INSERT_ALL))) {
      addColumns(new ArrayParameters(insert), messages);
      insert.executeUpdate();
    }
  }

  private void insertOne(Connection connection, Message message) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(sql.of(INSERT))) {
      insert.setString(1, message.destination());
      insert.setObject(2, message.id());
      insert.setString(3, message.key().orElse(null));
      insert.setString(4, message.type());
      insert.setString(5, headers(message));
      insert.setString(6, message.payload());
      insert.executeUpdate();
    }
  }

  private void schedule(Connection connection, List<Message> messages) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(sql.of(SCHEDULE))) {
      ArrayParameters arrays = new ArrayParameters(insert);
      addColumns(arrays, messages);
      arrays.add(
          "timestamptz",
          messages,
          message -> message.deliverAt().map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null));
      insert.executeUpdate();
    }
  }

  private static void addColumns(ArrayParameters arrays, List<Message> messages)
      throws SQLException {
    arrays.add("text", messages, Message::destination);
    arrays.add("uuid", messages, Message::id);
    arrays.add("text", messages, message -> message.key().orElse(null));
    arrays.add("text", messages, Message::type);
    arrays.add("text", messages, PostgreSqlWriter::headers);
    arrays.add("text", messages, Message::payload);
  }

  @Override
  public void lockKeys(Connection connection, List<Message> messages) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(sql.of(LOCK_KEYS))) {
      ArrayParameters arrays = new ArrayParameters(lock);
      arrays.add("text", messages, Message::destination);
      arrays.add("text", messages, message -> message.key().orElse(null));
      lock.execute();
    }
  }

  private static @Nullable String headers(Message message) {
    return message.headers().isEmpty() ? null : message.headers().toJson();
  }
}
