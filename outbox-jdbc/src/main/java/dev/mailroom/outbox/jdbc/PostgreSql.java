package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxStore.Destination;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
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
  private static final ParkedRows PARKED = new PostgreSqlParkedRows();
  private static final LeaseRows LEASES = new PostgreSqlLeaseRows();

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
        (destination, message_id, message_key, message_type, headers, payload, deliver_at, due_at)
      SELECT destination, message_id, message_key, message_type, headers, payload, at, at
      FROM unnest(?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[])
        WITH ORDINALITY
        AS m(destination, message_id, message_key, message_type, headers, payload, at, position)
      ORDER BY position
      """;

  /** In the order of the locks, so that two calls never wait for each other. */
  private static final String LOCK_KEYS =
      """
      SELECT pg_advisory_xact_lock(lock)
      FROM (SELECT DISTINCT hashtextextended('outbox_message ' || destination || ' ' || key, 0)
            FROM unnest(?::text[], ?::text[]) AS k(destination, key)
            ORDER BY 1) AS locks(lock)
      """;

  /** Loose index scans: one descent of a primary key for each destination. */
  private static final String DESTINATIONS =
      """
      WITH RECURSIVE hot AS (
        (SELECT destination FROM outbox_message ORDER BY destination LIMIT 1)
        UNION ALL
        SELECT (SELECT m.destination FROM outbox_message m
                WHERE m.destination > hot.destination ORDER BY m.destination LIMIT 1)
        FROM hot WHERE hot.destination IS NOT NULL),
      parked AS (
        (SELECT destination FROM outbox_parked ORDER BY destination LIMIT 1)
        UNION ALL
        SELECT (SELECT p.destination FROM outbox_parked p
                WHERE p.destination > parked.destination ORDER BY p.destination LIMIT 1)
        FROM parked WHERE parked.destination IS NOT NULL),
      known AS (
        SELECT destination FROM hot WHERE destination IS NOT NULL
        UNION SELECT destination FROM parked WHERE destination IS NOT NULL
        UNION SELECT destination FROM outbox_destination)
      SELECT k.destination, d.paused_at IS NOT NULL
      FROM known k LEFT JOIN outbox_destination d ON d.destination = k.destination
      ORDER BY k.destination
      """;

  private static final String REMEMBER =
      """
      INSERT INTO outbox_destination (destination)
      SELECT DISTINCT name FROM unnest(?::text[]) AS n(name)
      ORDER BY name
      ON CONFLICT DO NOTHING
      """;

  /** Each range walks the primary key from its mark; octet_length does not fetch from TOAST. */
  private static final String READ =
      """
      SELECT r.range_no, r.destination, r.partition_no, m.*,
             (SELECT extract(epoch FROM pg_postmaster_start_time())) AS server
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
      CROSS JOIN LATERAL (
        SELECT h.destination, h.partition_no, h.seq, h.message_id, h.message_key, h.message_type,
               h.created_at, h.headers, h.payload
        FROM outbox_message h
        WHERE h.destination = w.destination AND h.partition_no = w.partition_no AND h.seq = w.seq
          AND h.message_id = w.message_id
        UNION ALL
        SELECT p.destination, p.partition_no, p.seq, p.message_id, p.message_key, p.message_type,
               p.created_at, p.headers, p.payload
        FROM outbox_parked p
        WHERE p.destination = w.destination AND p.partition_no = w.partition_no AND p.seq = w.seq
          AND p.message_id = w.message_id) m
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
      SELECT extract(epoch FROM pg_postmaster_start_time()) AS server, l.virtualtransaction
      FROM (VALUES (1)) AS always
      LEFT JOIN pg_locks l
        ON l.locktype = 'relation' AND l.mode = 'RowExclusiveLock'
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.relation = 'outbox_message'::regclass
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
      addMessages(new Arrays(insert), messages);
      insert.executeUpdate();
    }
  }

  private static void addMessages(Arrays arrays, List<Message> messages) throws SQLException {
    arrays.add("text", messages, Message::destination);
    arrays.add("uuid", messages, Message::id);
    arrays.add("text", messages, message -> message.key().orElse(null));
    arrays.add("text", messages, Message::type);
    arrays.add("text", messages, PostgreSql::headers);
    arrays.add("text", messages, Message::payload);
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
  public void schedule(Connection connection, List<Message> messages) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(SCHEDULE)) {
      Arrays arrays = new Arrays(insert);
      addMessages(arrays, messages);
      arrays.add(
          "timestamptz",
          messages,
          message -> message.deliverAt().map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null));
      insert.executeUpdate();
    }
  }

  @Override
  public void lockKeys(Connection connection, List<Message> messages) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(LOCK_KEYS)) {
      Arrays arrays = new Arrays(lock);
      arrays.add("text", messages, Message::destination);
      arrays.add("text", messages, message -> message.key().orElseThrow());
      lock.execute();
    }
  }

  @Override
  public List<Destination> destinations(Connection connection) throws SQLException {
    try (PreparedStatement select = prepare(connection, DESTINATIONS);
        ResultSet results = select.executeQuery()) {
      List<Destination> destinations = new ArrayList<>();
      while (results.next()) {
        destinations.add(new Destination(results.getString(1), results.getBoolean(2)));
      }
      return destinations;
    }
  }

  @Override
  public void remember(Connection connection, List<String> destinations) throws SQLException {
    try (PreparedStatement insert = prepare(connection, REMEMBER)) {
      new Arrays(insert).add("text", destinations, name -> name);
      insert.executeUpdate();
    }
  }

  @Override
  public Found<List<Row>> read(Connection connection, List<Range> ranges, int maxInline)
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
      try (ResultSet results = select.executeQuery()) {
        List<Row> rows = new ArrayList<>();
        String server = "";
        while (results.next()) {
          rows.add(RowReader.row(results));
          server = results.getString("server");
        }
        return new Found<>(rows, server);
      }
    }
  }

  @Override
  public List<Row> load(Connection connection, List<RowId> rows) throws SQLException {
    try (PreparedStatement select = prepare(connection, LOAD)) {
      new Arrays(select).addIds(rows, id -> id);
      try (ResultSet results = select.executeQuery()) {
        List<Row> found = new ArrayList<>();
        while (results.next()) {
          found.add(RowReader.row(results));
        }
        return found;
      }
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
  public Found<Optional<Set<String>>> openWriters(Connection connection) throws SQLException {
    try (PreparedStatement select = prepare(connection, OPEN_WRITERS);
        ResultSet results = select.executeQuery()) {
      Set<String> transactions = new HashSet<>();
      String server = "";
      while (results.next()) {
        server = results.getString(1);
        String transaction = results.getString(2);
        if (transaction != null) {
          transactions.add(transaction);
        }
      }
      return new Found<>(Optional.of(transactions), server);
    }
  }

  @Override
  public ParkedRows parked() {
    return PARKED;
  }

  @Override
  public LeaseRows leases() {
    return LEASES;
  }

  /**
   * A statement that is planned anew each time. A kept plan made while the table was nearly empty
   * would go on scanning all of it after it has grown.
   */
  static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    if (statement.isWrapperFor(PGStatement.class)) {
      statement.unwrap(PGStatement.class).setPrepareThreshold(0);
    }
    return statement;
  }

  private static @Nullable String headers(Message message) {
    return message.headers().isEmpty() ? null : message.headers().toJson();
  }
}
