package dev.mailroom.outbox.jdbc;

import dev.mailroom.relay.Lane;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.OutboxStore.Mark;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.testkit.StoreUnderTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The outbox of a database, with plain SQL for what others do to it. */
final class JdbcStoreUnderTest implements StoreUnderTest {

  private final TestDatabase database;
  private final OutboxStore store;

  JdbcStoreUnderTest(TestDatabase database) {
    this.database = database;
    store = JdbcOutboxStore.of(database.pool());
  }

  @Override
  public OutboxStore store() {
    return store;
  }

  @Override
  public boolean tellsOpenWriters() {
    return !(database.server instanceof H2TestServer);
  }

  @Override
  public Writer begin() {
    try {
      return new JdbcWriter(database.server, database.begin());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public List<ParkedRow> parked() {
    try (Connection connection = database.pool().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT * FROM outbox_parked ORDER BY destination, partition_no, seq")) {
      List<ParkedRow> parked = new ArrayList<>();
      while (rows.next()) {
        parked.add(parked(rows));
      }
      return parked;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ParkedRow parked(ResultSet rows) throws SQLException {
    Lane lane = new Lane(rows.getString("destination"), rows.getInt("partition_no"));
    return new ParkedRow(
        new RowId(lane, rows.getLong("seq"), UUID.fromString(rows.getString("message_id"))),
        ParkedState.valueOf(rows.getString("state")),
        rows.getInt("attempts"),
        Optional.ofNullable(rows.getString("last_error")),
        Optional.ofNullable(rows.getString("mark")).map(Mark::valueOf));
  }

  @Override
  public void mark(RowId id, Mark mark) {
    change(
        "UPDATE outbox_parked SET mark = ?, act_at = %s WHERE message_id = ?",
        mark.name(), database.server.id(id.messageId()));
  }

  @Override
  public void pause(String destination, boolean paused) {
    change(
        paused
            ? "UPDATE outbox_destination SET paused_by = ?, paused_at = %s WHERE destination = ?"
            : "UPDATE outbox_destination SET paused_by = NULL, paused_at = NULL"
                + " WHERE 'test' = ? AND destination = ?",
        "test",
        destination);
  }

  private void change(String sql, Object... parameters) {
    database.execute(sql.formatted(database.server.now()), parameters);
  }
}
