package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.Message;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The statements of writers. They need no right but to insert, and for key locks outbox_lock. */
final class H2Writer implements WriterStatements {

  private static final String INSERT =
      """
      INSERT INTO outbox_message
        (destination, message_id, message_key, message_type, headers, payload)
      VALUES (?, ?, ?, ?, ?, ?)""";

  private static final String SCHEDULE =
      """
      INSERT INTO outbox_parked
        (destination, message_id, message_key, message_type, headers, payload, deliver_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)""";

  /** As many as the outbox_lock has rows for keys. */
  private static final int KEY_LOCKS = 256;

  private final Sql sql;
  private final H2Turns turns;

  H2Writer(Sql sql, H2Turns turns) {
    this.sql = sql;
    this.turns = turns;
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
    String text = sql.of(INSERT) + ", (?, ?, ?, ?, ?, ?)".repeat(messages.size() - 1);
    try (PreparedStatement insert = connection.prepareStatement(text)) {
      int last = 0;
      for (Message message : messages) {
        last = set(insert, last, message);
      }
      insert.executeUpdate();
    }
  }

  private void schedule(Connection connection, List<Message> messages) throws SQLException {
    String text = sql.of(SCHEDULE) + ", (?, ?, ?, ?, ?, ?, ?)".repeat(messages.size() - 1);
    try (PreparedStatement insert = connection.prepareStatement(text)) {
      int last = 0;
      for (Message message : messages) {
        last = set(insert, last, message);
        insert.setObject(++last, message.deliverAt().orElseThrow().atOffset(ZoneOffset.UTC));
      }
      insert.executeUpdate();
    }
  }

  private static int set(PreparedStatement insert, int last, Message message) throws SQLException {
    insert.setString(last + 1, message.destination());
    insert.setObject(last + 2, message.id());
    insert.setString(last + 3, message.key().orElse(null));
    insert.setString(last + 4, message.type());
    insert.setString(last + 5, message.headers().isEmpty() ? null : message.headers().toJson());
    insert.setString(last + 6, message.payload());
    return last + 6;
  }

  @Override
  public void lockKeys(Connection connection, List<Message> messages) throws SQLException {
    TreeSet<Integer> locks =
        messages.stream()
            .filter(message -> message.key().isPresent())
            .map(message -> (message.destination() + ' ' + message.key().get()).hashCode())
            .map(hash -> Math.floorMod(hash, KEY_LOCKS))
            .collect(Collectors.toCollection(TreeSet::new));
    turns.take(connection, "KEY", locks);
  }
}
