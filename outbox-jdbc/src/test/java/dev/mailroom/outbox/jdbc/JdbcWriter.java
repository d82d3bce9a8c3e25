package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.Message;
import dev.mailroom.testkit.StoreUnderTest.ForeignRow;
import dev.mailroom.testkit.StoreUnderTest.Writer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** A writer's transaction, on a connection of its own. */
final class JdbcWriter implements Writer {

  private final TestServer server;
  private final Connection connection;

  JdbcWriter(TestServer server, Connection connection) {
    this.server = server;
    this.connection = connection;
  }

  private interface Work {
    void run() throws SQLException;
  }

  private static void run(Work work) {
    try {
      work.run();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void publish(List<Message> messages) {
    run(() -> JdbcOutbox.create().publishAll(connection, messages));
  }

  @Override
  public void insert(ForeignRow row) {
    run(() -> write(row));
  }

  /** By the row contract and nothing else. */
  private void write(ForeignRow row) throws SQLException {
    String columns = "destination, message_id, message_key, message_type, headers, payload";
    boolean scheduled = row.deliverAt().isPresent();
    try (PreparedStatement insert =
        connection.prepareStatement(
            scheduled
                ? "INSERT INTO outbox_parked (" + columns + ", deliver_at) VALUES (?,?,?,?,?,?,?)"
                : "INSERT INTO outbox_message (" + columns + ") VALUES (?,?,?,?,?,?)")) {
      insert.setString(1, row.destination());
      insert.setObject(2, server.id(row.messageId()));
      insert.setString(3, row.key().orElse(null));
      insert.setString(4, row.type());
      insert.setString(5, row.headers().orElse(null));
      insert.setString(6, row.payload());
      if (scheduled) {
        insert.setObject(7, server.time(row.deliverAt().get()));
      }
      insert.executeUpdate();
    }
  }

  @Override
  public void workElsewhere() {
    run(() -> TestDatabase.execute(connection, "SELECT count(*) FROM outbox_message"));
    run(() -> TestDatabase.execute(connection, "INSERT INTO elsewhere VALUES (1)"));
  }

  @Override
  public void commit() {
    run(connection::commit);
    run(connection::close);
  }

  @Override
  public void rollback() {
    run(connection::rollback);
    run(connection::close);
  }
}
