package dev.mailroom.outbox.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mailroom.outbox.MailroomException.InvalidMessage;
import dev.mailroom.outbox.Message;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The statements of writers. They need no right but to insert; for the lock of keys also SELECT and
 * UPDATE on outbox_lock.
 */
final class MariaDbWriter implements WriterStatements {

  private static final int KEY_LOCKS = 4_096;

  /** A statement is no longer than this, unless one message is. */
  private static final int MOST_BYTES = 1 << 20;

  /** Any server takes a statement as long as this. */
  private static final int SURE_BYTES = 1 << 16;

  /** What stands around the values of a message. */
  private static final int OVERHEAD = 512;

  private static final String INSERT =
      """
      INSERT INTO outbox_message
        (destination, message_id, message_key, message_type, headers, payload)
      VALUES\s""";

  private static final String MESSAGE = "(?, ?, ?, ?, ?, ?)";

  private static final String SCHEDULE =
      """
      INSERT INTO outbox_parked
        (destination, message_id, message_key, message_type, headers, payload, deliver_at)
      VALUES\s""";

  private static final String SCHEDULED = "(?, ?, ?, ?, ?, ?, ?)";

  /** One order for all writers, so that two of them do not wait for each other. */
  private static final String LOCK_KEYS =
      """
      SELECT number FROM outbox_lock FORCE INDEX (PRIMARY)
      WHERE purpose = 'KEY' AND number IN (%s)
      ORDER BY number FOR UPDATE
      """;

  private final Sql sql;

  MariaDbWriter(Sql sql) {
    this.sql = sql;
  }

  private interface Columns {
    int set(PreparedStatement insert, int last, Message message) throws SQLException;
  }

  @Override
  public void write(Connection connection, List<Message> now, List<Message> scheduled)
      throws SQLException {
    long limit = limit(connection, Stream.concat(now.stream(), scheduled.stream()));
    List<List<Message>> inserts = statements(now, limit);
    List<List<Message>> schedules = statements(scheduled, limit);
    for (List<Message> some : inserts) {
      run(connection, sql.of(INSERT) + values(MESSAGE, some), some, MariaDbWriter::set);
    }
    for (List<Message> some : schedules) {
      run(connection, sql.of(SCHEDULE) + values(SCHEDULED, some), some, MariaDbWriter::setTimed);
    }
  }

  private static int setTimed(PreparedStatement insert, int before, Message message)
      throws SQLException {
    int last = set(insert, before, message) + 1;
    insert.setObject(last, message.deliverAt().map(MariaDb::time).orElse(null));
    return last;
  }

  private static String values(String row, List<Message> messages) {
    return String.join(", ", Collections.nCopies(messages.size(), row));
  }

  private static void run(
      Connection connection, String text, List<Message> messages, Columns columns)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(text)) {
      int last = 0;
      for (Message message : messages) {
        last = columns.set(insert, last, message);
      }
      insert.executeUpdate();
    }
  }

  private static int set(PreparedStatement insert, int before, Message message)
      throws SQLException {
    int last = before;
    insert.setString(++last, message.destination());
    insert.setString(++last, message.id().toString());
    insert.setString(++last, message.key().orElse(null));
    insert.setString(++last, message.type());
    insert.setString(++last, headers(message));
    insert.setString(++last, message.payload());
    return last;
  }

  private static @Nullable String headers(Message message) {
    return message.headers().isEmpty() ? null : message.headers().toJson();
  }

  private static long limit(Connection connection, Stream<Message> messages) throws SQLException {
    long total = messages.mapToLong(MariaDbWriter::bytes).sum();
    return total <= SURE_BYTES ? Long.MAX_VALUE : maxPacket(connection);
  }

  private static List<List<Message>> statements(List<Message> messages, long limit) {
    List<List<Message>> statements = new ArrayList<>();
    List<Message> open = new ArrayList<>();
    long size = 0;
    for (Message message : messages) {
      long bytes = requireFits(bytes(message), limit);
      if (!open.isEmpty() && size + bytes > Math.min(MOST_BYTES, limit - 1)) {
        statements.add(open);
        open = new ArrayList<>();
        size = 0;
      }
      open.add(message);
      size += bytes;
    }
    if (!open.isEmpty()) {
      statements.add(open);
    }
    return statements;
  }

  private static long requireFits(long bytes, long limit) {
    if (bytes < limit) {
      return bytes;
    }
    throw new InvalidMessage(
        "payload",
        "needs a statement of "
            + bytes
            + " bytes, and the server takes less than max_allowed_packet = "
            + limit
            + ". Raise max_allowed_packet of the server, or store the content elsewhere and send a"
            + " reference.");
  }

  private static long maxPacket(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery("SELECT @@max_allowed_packet")) {
      results.next();
      return results.getLong(1);
    }
  }

  /** At most so many bytes in a statement, whatever the driver escapes. */
  private static long bytes(Message message) {
    long bytes = OVERHEAD + message.destination().length() + escaped(message.payload());
    String headers = headers(message);
    return bytes + 2L * message.type().length() + (headers == null ? 0 : escaped(headers));
  }

  private static long escaped(String text) {
    long escapes = text.chars().filter(c -> c == '\'' || c == '"' || c == '\\').count();
    return text.getBytes(UTF_8).length + escapes;
  }

  @Override
  public void lockKeys(Connection connection, List<Message> messages) throws SQLException {
    SortedSet<Integer> numbers = new TreeSet<>();
    for (Message message : messages) {
      message.key().ifPresent(key -> numbers.add(number(message.destination(), key)));
    }
    String marks = String.join(", ", Collections.nCopies(numbers.size(), "?"));
    try (PreparedStatement lock = connection.prepareStatement(sql.of(LOCK_KEYS).formatted(marks))) {
      int last = 0;
      for (int number : numbers) {
        lock.setInt(++last, number);
      }
      lock.executeQuery().close();
    }
  }

  private static int number(String destination, String key) {
    CRC32 hash = new CRC32();
    hash.update((destination + ' ' + key).getBytes(UTF_8));
    return (int) (hash.getValue() % KEY_LOCKS);
  }
}
