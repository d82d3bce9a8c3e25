package dev.mailroom.outbox.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.OutboxStore.BlockedKey;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/** PostgreSQL 14 and later. */
final class PostgreSql implements Dialect {

  static final String PRODUCT = "PostgreSQL";
  static final PostgreSql INSTANCE = new PostgreSql();

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

  /** A loose index scan: one descent of the primary key for each destination. */
  private static final String DESTINATIONS =
      """
      WITH RECURSIVE found AS (
        (SELECT destination FROM outbox_message ORDER BY destination LIMIT 1)
        UNION ALL
        SELECT (SELECT m.destination FROM outbox_message m
                WHERE m.destination > found.destination ORDER BY m.destination LIMIT 1)
        FROM found WHERE found.destination IS NOT NULL)
      SELECT destination FROM found WHERE destination IS NOT NULL
      """;

  /** Each range walks the primary key from its mark; octet_length does not fetch from TOAST. */
  private static final String READ =
      """
      SELECT r.range_no, r.destination, r.partition_no, m.*
      FROM unnest(?::text[], ?::smallint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::int[])
        WITH ORDINALITY
        AS r(destination, partition_no, after_seq, up_to, known, row_limit, range_no)
      CROSS JOIN LATERAL (
        SELECT m.seq, m.message_id, m.message_key, m.message_type, m.created_at, s.size, s.inline,
               CASE WHEN s.inline THEN m.headers END AS headers,
               CASE WHEN s.inline THEN m.payload END AS payload
        FROM outbox_message m
        CROSS JOIN LATERAL (
          SELECT z.size, m.seq > r.known AND z.size <= ? AS inline
          FROM (SELECT octet_length(m.payload) + coalesce(octet_length(m.headers), 0) AS size) z) s
        WHERE m.destination = r.destination AND m.partition_no = r.partition_no
          AND m.seq > r.after_seq AND m.seq <= r.up_to
        ORDER BY m.seq
        LIMIT r.row_limit) m
      """;

  private static final String LOAD =
      """
      SELECT m.destination, m.partition_no, m.seq, m.message_id, m.message_key, m.message_type,
             m.created_at, true AS inline, m.headers, m.payload,
             octet_length(m.payload) + coalesce(octet_length(m.headers), 0) AS size
      FROM unnest(?::text[], ?::smallint[], ?::bigint[], ?::uuid[])
        AS w(destination, partition_no, seq, message_id)
      JOIN outbox_message m USING (destination, partition_no, seq, message_id)
      """;

  /** With the id: a failover may set the sequence back, and then another row has this seq. */
  private static final String DELETE =
      """
      DELETE FROM outbox_message m
      USING unnest(?::text[], ?::smallint[], ?::bigint[], ?::uuid[])
        AS a(destination, partition_no, seq, message_id)
      WHERE m.destination = a.destination AND m.partition_no = a.partition_no AND m.seq = a.seq
        AND m.message_id = a.message_id
      """;

  /** An inserter holds this lock from before it draws a seq until it ends. */
  private static final String OPEN_WRITERS =
      """
      SELECT DISTINCT virtualtransaction FROM pg_locks
      WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND relation = 'outbox_message'::regclass
      """;

  private static final String PARK =
      """
      WITH gone AS (
        DELETE FROM outbox_message m
        USING unnest(?::text[], ?::smallint[], ?::bigint[], ?::uuid[], ?::text[], ?::int[], ?::text[])
          AS p(destination, partition_no, seq, message_id, state, attempts, error)
        WHERE m.destination = p.destination AND m.partition_no = p.partition_no AND m.seq = p.seq
          AND m.message_id = p.message_id
        RETURNING m.*, p.state, p.attempts, p.error)
      INSERT INTO outbox_parked
        (destination, partition_no, seq, message_id, message_key, message_type, headers, payload,
         created_at, state, attempts, last_error)
      SELECT destination, partition_no, seq, message_id, message_key, message_type, headers, payload,
             created_at, state, attempts, error
      FROM gone
      """;

  private static final String BLOCKED_KEYS =
      """
      SELECT DISTINCT destination, partition_no, message_key FROM outbox_parked
      WHERE message_key IS NOT NULL
      """;

  private PostgreSql() {}

  @Override
  public String folder() {
    return "postgresql";
  }

  @Override
  public void insert(Connection connection, List<Message> messages) throws SQLException {
    if (messages.size() == 1) {
      insertOne(connection, messages.get(0));
      return;
    }
    try (PreparedStatement insert = connection.prepareStatement(INSERT_ALL)) {
      Arrays arrays = new Arrays(insert);
      arrays.add("text", messages, Message::destination);
      arrays.add("uuid", messages, Message::id);
      arrays.add("text", messages, message -> message.key().orElse(null));
      arrays.add("text", messages, Message::type);
      arrays.add("text", messages, PostgreSql::headers);
      arrays.add("text", messages, Message::payload);
      insert.executeUpdate();
    }
  }

  private static void insertOne(Connection connection, Message message) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, message.destination());
      insert.setObject(2, message.id());
      insert.setString(3, message.key().orElse(null));
      insert.setString(4, message.type());
      insert.setString(5, headers(message));
      insert.setString(6, message.payload());
      insert.executeUpdate();
    }
  }

  @Override
  public List<String> destinations(Connection connection) throws SQLException {
    try (PreparedStatement select = prepare(connection, DESTINATIONS);
        ResultSet results = select.executeQuery()) {
      List<String> destinations = new ArrayList<>();
      while (results.next()) {
        destinations.add(results.getString(1));
      }
      return destinations;
    }
  }

  @Override
  public List<Row> read(Connection connection, List<Range> ranges, int maxInline)
      throws SQLException {
    try (PreparedStatement select = prepare(connection, READ)) {
      Arrays arrays = new Arrays(select);
      arrays.add("text", ranges, range -> range.lane().destination());
      arrays.add("smallint", ranges, range -> range.lane().partition());
      arrays.add("bigint", ranges, Range::after);
      arrays.add("bigint", ranges, Range::upTo);
      arrays.add("bigint", ranges, Range::known);
      arrays.add("integer", ranges, Range::limit);
      select.setInt(arrays.next(), maxInline);
      return rows(select);
    }
  }

  @Override
  public List<Row> load(Connection connection, List<RowId> rows) throws SQLException {
    try (PreparedStatement select = prepare(connection, LOAD)) {
      new Arrays(select).addIds(rows, id -> id);
      return rows(select);
    }
  }

  private static List<Row> rows(PreparedStatement select) throws SQLException {
    select.setFetchSize(0);
    try (ResultSet results = select.executeQuery()) {
      List<Row> rows = new ArrayList<>();
      while (results.next()) {
        rows.add(RowReader.row(results));
      }
      return rows;
    }
  }

  @Override
  public void commitLazily(Connection connection) throws SQLException {
    try (Statement set = connection.createStatement()) {
      set.execute("SET LOCAL synchronous_commit = off");
    }
  }

  @Override
  public void delete(Connection connection, List<RowId> rows) throws SQLException {
    try (PreparedStatement delete = prepare(connection, DELETE)) {
      new Arrays(delete).addIds(rows, id -> id);
      delete.executeUpdate();
    }
  }

  @Override
  public Optional<Set<String>> openWriters(Connection connection) throws SQLException {
    try (PreparedStatement select = prepare(connection, OPEN_WRITERS);
        ResultSet results = select.executeQuery()) {
      Set<String> transactions = new HashSet<>();
      while (results.next()) {
        transactions.add(results.getString(1));
      }
      return Optional.of(transactions);
    }
  }

  @Override
  public void park(Connection connection, List<Parking> rows) throws SQLException {
    try (PreparedStatement move = prepare(connection, PARK)) {
      Arrays arrays = new Arrays(move);
      arrays.addIds(rows, Parking::id);
      arrays.add("text", rows, parking -> parking.state().name());
      arrays.add("integer", rows, Parking::attempts);
      arrays.add("text", rows, parking -> storable(parking.error()));
      move.executeUpdate();
    }
  }

  @Override
  public Set<BlockedKey> blockedKeys(Connection connection) throws SQLException {
    try (PreparedStatement select = prepare(connection, BLOCKED_KEYS);
        ResultSet results = select.executeQuery()) {
      Set<BlockedKey> keys = new HashSet<>();
      while (results.next()) {
        keys.add(
            new BlockedKey(
                new Lane(results.getString(1), results.getInt(2)), results.getString(3)));
      }
      return keys;
    }
  }

  /**
   * A statement that is planned anew each time. A kept plan made while the table was nearly empty
   * would go on scanning all of it after it has grown.
   */
  private static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    if (statement.isWrapperFor(PGStatement.class)) {
      statement.unwrap(PGStatement.class).setPrepareThreshold(0);
    }
    return statement;
  }

  /** Brokers may answer what a text column cannot hold: NUL, and halves of a character. */
  private static String storable(String text) {
    return new String(text.getBytes(UTF_8), UTF_8).replace('\0', '\uFFFD');
  }

  private static @Nullable String headers(Message message) {
    return message.headers().isEmpty() ? null : message.headers().toJson();
  }
}
