package dev.mailroom.outbox.jdbc;

import static dev.mailroom.outbox.jdbc.PostgreSql.prepare;

import dev.mailroom.relay.OutboxStore.Destination;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The statements that a relay runs all the time. Each must be flat in the size of the tables. */
final class PostgreSqlHot implements HotStatements {

  /** Loose index scans: one descent of a primary key for each destination. */
  static final String DESTINATIONS =
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
        SELECT destination FROM hot UNION SELECT destination FROM parked
        UNION SELECT destination FROM outbox_destination)
      SELECT k.destination, d.paused_at IS NOT NULL AS paused
      FROM known k LEFT JOIN outbox_destination d ON d.destination = k.destination
      WHERE k.destination IS NOT NULL
      ORDER BY k.destination
      """;

  private static final String REMEMBER =
      """
      INSERT INTO outbox_destination (destination) SELECT unnest(?::text[])
      ON CONFLICT DO NOTHING
      """;

  /** Each range walks the primary key from its mark; octet_length does not fetch from TOAST. */
  static final String READ =
      """
      SELECT pg_postmaster_start_time() AS server, r.range_no, r.destination, r.partition_no, m.*
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

  /**
   * Row by row, each by its key, which {@code OFFSET 0} insists on. A join would do as the planner
   * likes, and read all of a table that it thinks small.
   */
  static final String LOAD =
      """
      WITH wanted AS MATERIALIZED (
        SELECT * FROM unnest(?::text[], ?::smallint[], ?::bigint[], ?::uuid[])
          AS w(destination, partition_no, seq, message_id)),
      found AS (
        SELECT m.* FROM wanted w CROSS JOIN LATERAL (
          SELECT m.destination, m.partition_no, m.seq, m.message_id, m.message_key, m.message_type,
                 m.created_at, m.headers, m.payload
          FROM outbox_message m
          WHERE m.destination = w.destination AND m.partition_no = w.partition_no
            AND m.seq = w.seq AND m.message_id = w.message_id
          OFFSET 0) m
        UNION ALL
        SELECT p.* FROM wanted w CROSS JOIN LATERAL (
          SELECT p.destination, p.partition_no, p.seq, p.message_id, p.message_key, p.message_type,
                 p.created_at, p.headers, p.payload
          FROM outbox_parked p
          WHERE p.destination = w.destination AND p.partition_no = w.partition_no
            AND p.seq = w.seq AND p.message_id = w.message_id
          OFFSET 0) p)
      SELECT f.*, true AS inline,
             octet_length(f.payload) + coalesce(octet_length(f.headers), 0) AS size
      FROM found f
      """;

  /** With the id: a failover may set the sequence back, and then another row has this seq. */
  static final String DELETE =
      """
      DELETE FROM outbox_message m
      USING unnest(?::text[], ?::smallint[], ?::bigint[], ?::uuid[])
        AS a(destination, partition_no, seq, message_id)
      WHERE m.destination = a.destination AND m.partition_no = a.partition_no AND m.seq = a.seq
        AND m.message_id = a.message_id
      """;

  /** An inserter holds this lock from before it draws a seq until it ends. */
  static final String OPEN_WRITERS =
      """
      SELECT pg_postmaster_start_time() AS server, ARRAY(
        SELECT DISTINCT virtualtransaction FROM pg_locks
        WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND relation = 'outbox_message'::regclass) AS writers
      """;

  private final Sql sql;

  PostgreSqlHot(Sql sql) {
    this.sql = sql;
  }

  @Override
  public List<Destination> destinations(Connection connection) throws SQLException {
    try (PreparedStatement select = prepare(connection, sql.of(DESTINATIONS));
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
    try (PreparedStatement insert = prepare(connection, sql.of(REMEMBER))) {
      new ArrayParameters(insert).add("text", destinations, destination -> destination);
      insert.executeUpdate();
    }
  }

  @Override
  public Answer<List<Row>> read(Connection connection, List<Range> ranges, int maxInline)
      throws SQLException {
    try (PreparedStatement select = prepare(connection, sql.of(READ))) {
      ArrayParameters arrays = new ArrayParameters(select);
      arrays.add("text", ranges, range -> range.lane().destination());
      arrays.add("smallint", ranges, range -> range.lane().partition());
      arrays.add("bigint", ranges, Range::after);
      arrays.add("bigint", ranges, Range::upTo);
      arrays.add("bigint", ranges, Range::known);
      arrays.add("integer", ranges, Range::limit);
      select.setInt(arrays.next(), maxInline);
      select.setFetchSize(0);
      try (ResultSet results = select.executeQuery()) {
        List<Row> rows = new ArrayList<>();
        Optional<String> server = Optional.empty();
        while (results.next()) {
          if (rows.isEmpty()) {
            server = Optional.of(results.getString("server"));
          }
          rows.add(RowReader.row(results));
        }
        return new Answer<>(rows, server);
      }
    }
  }

  @Override
  public List<Row> load(Connection connection, List<RowId> rows) throws SQLException {
    try (PreparedStatement select = prepare(connection, sql.of(LOAD))) {
      new ArrayParameters(select).addIds(rows, id -> id);
      select.setFetchSize(0);
      try (ResultSet results = select.executeQuery()) {
        List<Row> loaded = new ArrayList<>();
        while (results.next()) {
          loaded.add(RowReader.row(results));
        }
        return loaded;
      }
    }
  }

  @Override
  public void delete(Connection connection, List<RowId> rows) throws SQLException {
    try (PreparedStatement delete = prepare(connection, sql.of(DELETE))) {
      new ArrayParameters(delete).addIds(rows, id -> id);
      delete.executeUpdate();
    }
  }

  @Override
  public Answer<Optional<Set<String>>> openWriters(Connection connection) throws SQLException {
    try (PreparedStatement select = prepare(connection, sql.of(OPEN_WRITERS));
        ResultSet results = select.executeQuery()) {
      results.next();
      String[] writers = (String[]) results.getArray("writers").getArray();
      return new Answer<>(Optional.of(Set.of(writers)), Optional.of(results.getString("server")));
    }
  }
}
