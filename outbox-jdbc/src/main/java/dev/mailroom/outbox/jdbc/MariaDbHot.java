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
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The statements that a relay runs all the time. Each must be flat in the size of the tables: an
 * index is never left to the optimizer to choose, and a column that may lie outside its row is read
 * only where it is wanted.
 */
final class MariaDbHot implements HotStatements {

  private static final int GATES = 240;

  private static final String REMEMBER =
      """
      INSERT IGNORE INTO outbox_destination (destination)
      SELECT r.destination
      FROM JSON_TABLE(?, '$[*]' COLUMNS (destination VARCHAR(512) PATH '$[0]')) r
      """;

  /** Tells also of a read without rows where it was read. */
  private static final String SERVER =
      """
      (SELECT %s AS server, NULL AS destination, NULL AS partition_no, NULL AS seq,
              NULL AS message_id, NULL AS message_key, NULL AS message_type, NULL AS created_at,
              NULL AS size, NULL AS inline, NULL AS headers, NULL AS payload)
      """;

  /** Walks the primary key from the mark of a range, and fetches the content of what is wanted. */
  private static final String RANGE =
      """
      (SELECT ?, k.destination, k.partition_no, k.seq, k.message_id, k.message_key,
              k.message_type, k.created_at, k.size, k.inline, c.headers, c.payload
       FROM (
         SELECT m.destination, m.partition_no, m.seq, m.message_id, m.message_key, m.message_type,
                m.created_at, m.content_bytes AS size,
                m.seq > ? AND m.content_bytes <= ? AS inline
         FROM outbox_message m FORCE INDEX (PRIMARY)
         WHERE m.destination = ? AND m.partition_no = ? AND m.seq > ? AND m.seq <= ?
         ORDER BY m.seq
         LIMIT ?) k
       LEFT JOIN outbox_message c FORCE INDEX (PRIMARY)
         ON c.destination = k.destination AND c.partition_no = k.partition_no AND c.seq = k.seq
           AND k.inline)
      """;

  private static final String LISTED =
      """
      JSON_TABLE(?, '$[*]' COLUMNS (
        destination VARCHAR(512) PATH '$[0]', partition_no SMALLINT PATH '$[1]',
        seq BIGINT PATH '$[2]', message_id CHAR(36) PATH '$[3]')) r
      """;

  private static final String CONTENT_OF =
      """
      SELECT m.destination, m.partition_no, m.seq, m.message_id, m.message_key, m.message_type,
             m.created_at, m.content_bytes AS size, TRUE AS inline, m.headers, m.payload
      FROM
      """
          + LISTED;

  private static final String BY_KEY =
      """
       m FORCE INDEX (PRIMARY)
        ON m.destination = r.destination AND m.partition_no = r.partition_no AND m.seq = r.seq
          AND m.message_id = r.message_id
      """;

  private static final String LOAD =
      CONTENT_OF
          + "STRAIGHT_JOIN outbox_message"
          + BY_KEY
          + "UNION ALL\n"
          + CONTENT_OF
          + "STRAIGHT_JOIN outbox_parked"
          + BY_KEY;

  /** With the id: a failover may set the sequence back, and then another row has this seq. */
  static final String DELETE = "DELETE m FROM " + LISTED + "STRAIGHT_JOIN outbox_message" + BY_KEY;

  /**
   * The gates that nobody holds. Every writer locks one, in share mode and until it ends, before it
   * draws a seq; and its rows can be seen before its locks are gone.
   */
  private static final String FREE_GATES =
      """
      SELECT number FROM outbox_lock FORCE INDEX (PRIMARY)
      WHERE purpose = 'GATE' FOR UPDATE SKIP LOCKED
      """;

  private static final String SERVER_ALONE = "SELECT %s AS server";

  /** A transaction that is prepared (XA) has no share locks any more, but may still commit. */
  private static final String PREPARED = "XA RECOVER";

  private final Sql sql;
  private final String server;
  private final boolean keepsLocksOfPrepared;
  private final MariaDbDestinations destinations;

  MariaDbHot(Sql sql, String server, boolean keepsLocksOfPrepared) {
    this.sql = sql;
    this.server = server;
    this.keepsLocksOfPrepared = keepsLocksOfPrepared;
    destinations = new MariaDbDestinations(sql);
  }

  @Override
  public List<Destination> destinations(Connection connection) throws SQLException {
    return destinations.find(connection);
  }

  @Override
  public void remember(Connection connection, List<String> names) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(sql.of(REMEMBER))) {
      insert.setString(1, JsonRows.of(names, List::of));
      insert.executeUpdate();
    }
  }

  @Override
  public Answer<List<Row>> read(Connection connection, List<Range> ranges, int maxInline)
      throws SQLException {
    String text = String.join("UNION ALL\n", Collections.nCopies(ranges.size(), sql.of(RANGE)));
    String head = SERVER.formatted(server);
    try (PreparedStatement select =
        connection.prepareStatement(ranges.isEmpty() ? head : head + "UNION ALL\n" + text)) {
      int last = 0;
      for (int i = 0; i < ranges.size(); i++) {
        Range range = ranges.get(i);
        select.setString(++last, Integer.toString(i));
        select.setLong(++last, range.known());
        select.setInt(++last, maxInline);
        select.setString(++last, range.lane().destination());
        select.setInt(++last, range.lane().partition());
        select.setLong(++last, range.after());
        select.setLong(++last, range.upTo());
        select.setInt(++last, range.limit());
      }
      try (ResultSet results = select.executeQuery()) {
        results.next();
        Optional<String> answered = Optional.of(results.getString("server"));
        return new Answer<>(inOrder(results), answered);
      }
    }
  }

  /**
   * A join may return rows in any order, as with a join buffer, and no sort in a UNION counts.
   * Where the first row tells of the server, the others tell of their range.
   */
  private static List<Row> inOrder(ResultSet results) throws SQLException {
    SortedMap<Integer, List<Row>> ranges = new TreeMap<>();
    while (results.next()) {
      ranges
          .computeIfAbsent(results.getInt("server"), place -> new ArrayList<>())
          .add(RowReader.row(results, MariaDb::time));
    }
    Comparator<Row> bySeq = Comparator.comparingLong(row -> row.id().seq());
    return ranges.values().stream().flatMap(rows -> rows.stream().sorted(bySeq)).toList();
  }

  private static List<Row> rows(ResultSet results) throws SQLException {
    List<Row> rows = new ArrayList<>();
    while (results.next()) {
      rows.add(RowReader.row(results, MariaDb::time));
    }
    return rows;
  }

  @Override
  public List<Row> load(Connection connection, List<RowId> rows) throws SQLException {
    String listed = JsonRows.ofIds(rows);
    try (PreparedStatement select = connection.prepareStatement(sql.of(LOAD))) {
      select.setString(1, listed);
      select.setString(2, listed);
      try (ResultSet results = select.executeQuery()) {
        return rows(results);
      }
    }
  }

  @Override
  public void delete(Connection connection, List<RowId> rows) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(sql.of(DELETE))) {
      delete.setString(1, JsonRows.ofIds(rows));
      delete.executeUpdate();
    }
  }

  @Override
  public Answer<Optional<Set<String>>> openWriters(Connection connection) throws SQLException {
    Set<String> held = allGates();
    if (keepsLocksOfPrepared) {
      held.removeAll(texts(connection, sql.of(FREE_GATES)));
    } else {
      Set<String> free = Set.copyOf(texts(connection, sql.of(FREE_GATES)));
      // Asked afterwards: whoever let go of a gate before is prepared by now, or has ended.
      if (texts(connection, PREPARED).isEmpty()) {
        held.removeAll(free);
      }
    }
    String answered = texts(connection, SERVER_ALONE.formatted(server)).get(0);
    return new Answer<>(Optional.of(held), Optional.of(answered));
  }

  private static Set<String> allGates() {
    Set<String> gates = new HashSet<>();
    for (int gate = 0; gate < GATES; gate++) {
      gates.add(Integer.toString(gate));
    }
    return gates;
  }

  private static List<String> texts(Connection connection, String text) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(text);
        ResultSet results = select.executeQuery()) {
      List<String> texts = new ArrayList<>();
      while (results.next()) {
        texts.add(results.getString(1));
      }
      return texts;
    }
  }
}
