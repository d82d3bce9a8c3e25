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
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The dead letters of one consumer: SQL that all databases understand. Thread-safe. */
final class DeadLetterTable {

  private static final String DUPLICATE = "23";

  private static final String UPDATE =
      "UPDATE inbox_dead_letter SET error = ?, receive_count = ?"
          + " WHERE consumer = ? AND message_id = ?";

  private static final String INSERT =
      """
      INSERT INTO inbox_dead_letter
        (consumer, message_id, source, message_type, message_key, headers, payload,
         created_at, sent_at, receive_count, error)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String SELECT =
      """
      SELECT message_id, source, message_type, message_key, headers, payload,
             created_at, sent_at, receive_count, error, dead_at
      FROM inbox_dead_letter
      WHERE consumer = ? AND message_id
      """;

  private static final String DELETE =
      "DELETE FROM inbox_dead_letter WHERE consumer = ? AND message_id = ?";

  private final Database database;
  private final String consumer;
  private final String update;
  private final String insert;
  private final String list;
  private final String find;
  private final String delete;

  DeadLetterTable(Database database, String consumer, TableNames names) {
    this.database = database;
    this.consumer = consumer;
    update = names.in(UPDATE, database);
    insert = names.in(INSERT, database);
    list = names.in(SELECT + " > ? ORDER BY message_id LIMIT ?", database);
    find = names.in(SELECT + " = ?", database);
    delete = names.in(DELETE, database);
  }

  /** In autocommit mode: an insert that loses a race leaves nothing to undo. */
  void store(Connection connection, String id, ReceivedMessage message, String error)
      throws SQLException {
    if (updated(connection, id, message, error)) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      int at = 0;
      statement.setString(++at, consumer);
      statement.setString(++at, id);
      statement.setString(++at, ErrorText.storable(message.source()));
      statement.setString(++at, message.type().map(ErrorText::storable).orElse(null));
      statement.setString(++at, message.key().map(ErrorText::storable).orElse(null));
      statement.setString(++at, message.headers().isEmpty() ? null : message.headers().toJson());
      statement.setBytes(++at, message.payload().getBytes(StandardCharsets.UTF_8));
      statement.setObject(++at, time(message.createdAt()));
      statement.setObject(++at, time(message.sentAt()));
      statement.setInt(++at, message.receiveCount());
      statement.setString(++at, error);
      statement.executeUpdate();
    } catch (SQLException e) {
      if (e.getSQLState() == null || !e.getSQLState().startsWith(DUPLICATE)) {
        throw e;
      }
      updated(connection, id, message, error);
    }
  }

  private boolean updated(Connection connection, String id, ReceivedMessage message, String error)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(update)) {
      statement.setString(1, error);
      statement.setInt(2, message.receiveCount());
      statement.setString(3, consumer);
      statement.setString(4, id);
      return statement.executeUpdate() > 0;
    }
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
        Instant deadAt = time(row, "dead_at");
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
        .createdAt(time(row, "created_at"))
        .sentAt(time(row, "sent_at"))
        .receiveCount(row.getInt("receive_count"))
        .build();
  }

  /** MariaDB and MySQL have no type for a point in time that reaches beyond 2038: UTC it is. */
  private @Nullable Object time(Optional<Instant> time) {
    OffsetDateTime utc = time.map(instant -> instant.atOffset(ZoneOffset.UTC)).orElse(null);
    return switch (database) {
      case POSTGRESQL, H2 -> utc;
      case MARIADB, MYSQL -> utc == null ? null : utc.toLocalDateTime();
    };
  }

  private @Nullable Instant time(ResultSet row, String column) throws SQLException {
    return switch (database) {
      case POSTGRESQL, H2 -> {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        yield time == null ? null : time.toInstant();
      }
      case MARIADB, MYSQL -> {
        LocalDateTime time = row.getObject(column, LocalDateTime.class);
        yield time == null ? null : time.toInstant(ZoneOffset.UTC);
      }
    };
  }
}
