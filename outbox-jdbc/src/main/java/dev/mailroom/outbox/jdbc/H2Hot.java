package dev.mailroom.outbox.jdbc;

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

/** The statements that a relay runs all the time. */
final class H2Hot implements HotStatements {

  private static final String DESTINATIONS =
      """
      SELECT k.destination, d.paused_at IS NOT NULL AS paused
      FROM (SELECT destination FROM outbox_message UNION SELECT destination FROM outbox_parked
            UNION SELECT destination FROM outbox_destination) k
      LEFT JOIN outbox_destination d ON d.destination = k.destination
      ORDER BY k.destination
      """;

  private static final String REMEMBER =
      """
      MERGE INTO outbox_destination d USING (SELECT CAST(? AS varchar) AS destination) s
        ON d.destination = s.destination
      WHEN NOT MATCHED THEN INSERT (destination) VALUES (s.destination)
      """;

  private static final String READ =
      """
      SELECT r.*, CASE WHEN r.inline THEN r.all_headers END AS headers,
             CASE WHEN r.inline THEN r.all_payload END AS payload
      FROM (
        SELECT m.destination, m.partition_no, m.seq, m.message_id, m.message_key, m.message_type,
               m.created_at, m.headers AS all_headers, m.payload AS all_payload,
               OCTET_LENGTH(m.payload) + COALESCE(OCTET_LENGTH(m.headers), 0) AS size,
               m.seq > ? AND OCTET_LENGTH(m.payload) + COALESCE(OCTET_LENGTH(m.headers), 0) <= ?
                 AS inline
        FROM outbox_message m
        WHERE m.destination = ? AND m.partition_no = ? AND m.seq > ? AND m.seq <= ?
        ORDER BY m.seq
        LIMIT ?) r
      ORDER BY r.seq
      """;

  private static final String LOAD =
      """
      SELECT destination, partition_no, seq, message_id, message_key, message_type, created_at,
             headers, payload, true AS inline,
             OCTET_LENGTH(payload) + COALESCE(OCTET_LENGTH(headers), 0) AS size
      FROM %s
      WHERE destination = ? AND partition_no = ? AND seq = ? AND message_id = ?
      """;

  private static final String LOAD_HOT = LOAD.formatted("outbox_message");
  private static final String LOAD_PARKED = LOAD.formatted("outbox_parked");

  private static final String DELETE =
      """
      DELETE FROM outbox_message
      WHERE destination = ? AND partition_no = ? AND seq = ? AND message_id = ?
      """;

  private final Sql sql;

  H2Hot(Sql sql) {
    this.sql = sql;
  }

  @Override
  public List<Destination> destinations(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql.of(DESTINATIONS));
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
    try (PreparedStatement insert = connection.prepareStatement(sql.of(REMEMBER))) {
      for (String destination : destinations) {
        insert.setString(1, destination);
        insert.executeUpdate();
      }
    }
  }

  @Override
  public Answer<List<Row>> read(Connection connection, List<Range> ranges, int maxInline)
      throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql.of(READ))) {
      for (Range range : ranges) {
        select.setLong(1, range.known());
        select.setInt(2, maxInline);
        select.setString(3, range.lane().destination());
        select.setInt(4, range.lane().partition());
        select.setLong(5, range.after());
        select.setLong(6, range.upTo());
        select.setInt(7, range.limit());
        addRows(select, rows);
      }
    }
    // A server of its own dies with its relay; one apart is known by its connections, which break.
    return new Answer<>(rows, Optional.empty());
  }

  private static void addRows(PreparedStatement select, List<Row> rows) throws SQLException {
    try (ResultSet results = select.executeQuery()) {
      while (results.next()) {
        rows.add(RowReader.row(results));
      }
    }
  }

  @Override
  public List<Row> load(Connection connection, List<RowId> ids) throws SQLException {
    List<Row> rows = new ArrayList<>();
    for (String text : List.of(LOAD_HOT, LOAD_PARKED)) {
      try (PreparedStatement select = connection.prepareStatement(sql.of(text))) {
        for (RowId id : ids) {
          setId(select, 0, id);
          addRows(select, rows);
        }
      }
    }
    return rows;
  }

  static void setId(PreparedStatement statement, int last, RowId id) throws SQLException {
    statement.setString(last + 1, id.lane().destination());
    statement.setInt(last + 2, id.lane().partition());
    statement.setLong(last + 3, id.seq());
    statement.setObject(last + 4, id.messageId());
  }

  @Override
  public void delete(Connection connection, List<RowId> rows) throws SQLException {
    delete(connection, sql.of(DELETE), rows);
  }

  static void delete(Connection connection, String text, List<RowId> rows) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(text)) {
      for (RowId id : rows) {
        setId(delete, 0, id);
        delete.addBatch();
      }
      delete.executeBatch();
    }
  }

  /** H2 draws the seq of a row before it locks the table, so its locks do not show all writers. */
  @Override
  public Answer<Optional<Set<String>>> openWriters(Connection connection) {
    return new Answer<>(Optional.empty(), Optional.empty());
  }
}
