package dev.mailroom.inbox;

import dev.mailroom.inbox.InboxDeadLetters.DeadLetter;
import dev.mailroom.outbox.Headers;
import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The dead letters of one consumer. Thread-safe. */
final class DeadLetterTable {

  /** What a column of short text holds on all databases. */
  private static final int MOST = 1_000;

  private static final String SELECT =
      """
      SELECT message_id, source, message_type, message_key, headers, payload,
             created_at, sent_at, receive_count, error, dead_at
      FROM inbox_dead_letter
      WHERE consumer = ? AND message_id
      """;

  private static final String DELETE =
      "DELETE FROM inbox_dead_letter WHERE consumer = ? AND message_id = ?";

  private final InboxDialect dialect;
  private final String consumer;
  private final String store;
  private final String list;
  private final String find;
  private final String delete;

  DeadLetterTable(Database database, InboxDialect dialect, String consumer, TableNames names) {
    this.dialect = dialect;
    this.consumer = consumer;
    store = names.in(dialect.storeDeadLetter(), database);
    list = names.in(SELECT + " > ? ORDER BY message_id LIMIT ?", database);
    find = names.in(SELECT + " = ?", database);
    delete = names.in(DELETE, database);
  }

  /** The row is there then, whoever stores or removes it meanwhile. */
  void store(Connection connection, String id, ReceivedMessage message, String error)
      throws SQLException {
    String headers = message.headers().toJson();
    dialect.requireTakes(connection, List.of(headers, message.payload()));
    try (PreparedStatement statement = connection.prepareStatement(store)) {
      int at = 0;
      statement.setString(++at, consumer);
      statement.setString(++at, id);
      statement.setString(++at, ErrorText.storable(message.source(), MOST));
      statement.setString(++at, storable(message.type()));
      statement.setString(++at, storable(message.key()));
      statement.setString(++at, message.headers().isEmpty() ? null : headers);
      statement.setBytes(++at, message.payload().getBytes(StandardCharsets.UTF_8));
      statement.setObject(++at, message.createdAt().map(dialect::time).orElse(null));
      statement.setObject(++at, message.sentAt().map(dialect::time).orElse(null));
      statement.setInt(++at, message.receiveCount());
      statement.setString(++at, error);
      statement.executeUpdate();
    }
  }

  private static @Nullable String storable(Optional<String> text) {
    return text.map(value -> ErrorText.storable(value, MOST)).orElse(null);
  }

  List<DeadLetter> list(Connection connection, String after, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(list)) {
      statement.setString(1, consumer);
      statement.setString(2, after);
      statement.setInt(3, limit);
      return rows(statement);
    }
  }

  Optional<DeadLetter> find(Connection connection, String messageId) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(find)) {
      statement.setString(1, consumer);
      statement.setString(2, messageId);
      return rows(statement).stream().findFirst();
    }
  }

  boolean delete(Connection connection, String messageId) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(delete)) {
      statement.setString(1, consumer);
      statement.setString(2, messageId);
      return statement.executeUpdate() > 0;
    }
  }

  private List<DeadLetter> rows(PreparedStatement statement) throws SQLException {
    List<DeadLetter> letters = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        Instant deadAt = dialect.time(row, "dead_at");
        letters.add(
            new DeadLetter(
                message(row), row.getString("error"), deadAt == null ? Instant.EPOCH : deadAt));
      }
    }
    return letters;
  }

  private ReceivedMessage message(ResultSet row) throws SQLException {
    String headers = row.getString("headers");
    return ReceivedMessage.from(row.getString("source"))
        .id(row.getString("message_id"))
        .type(row.getString("message_type"))
        .key(row.getString("message_key"))
        .headers(headers == null ? Headers.none() : Headers.parse(headers))
        .payload(new String(row.getBytes("payload"), StandardCharsets.UTF_8))
        .createdAt(dialect.time(row, "created_at"))
        .sentAt(dialect.time(row, "sent_at"))
        .receiveCount(row.getInt("receive_count"))
        .build();
  }
}
