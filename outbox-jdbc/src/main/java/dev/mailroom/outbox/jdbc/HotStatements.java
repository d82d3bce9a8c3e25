package dev.mailroom.outbox.jdbc;

import dev.mailroom.relay.OutboxStore.Destination;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a relay says all the time. */
interface HotStatements {

  List<Destination> destinations(Connection connection) throws SQLException;

  /** Remembers destinations, which come sorted. */
  void remember(Connection connection, List<String> destinations) throws SQLException;

  Answer<List<Row>> read(Connection connection, List<Range> ranges, int maxInline)
      throws SQLException;

  List<Row> load(Connection connection, List<RowId> rows) throws SQLException;

  /** Deletes rows, which come sorted. */
  void delete(Connection connection, List<RowId> rows) throws SQLException;

  Answer<Optional<Set<String>>> openWriters(Connection connection) throws SQLException;

  /**
   * What a server answered.
   *
   * @param server which one it was, and since when it is up; absent if there was nothing to answer
   */
  record Answer<T>(T value, Optional<String> server) {}
}
