package dev.mailroom.examples.transactions;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The transaction is plain JDBC: the outbox takes the connection. */
public final class WithJdbc implements OrderPlacer {

  private final DataSource dataSource;
  private final JdbcOutbox outbox = JdbcOutbox.create();

  /** In the database of {@code dataSource}, which has a table {@code purchase}. */
  public WithJdbc(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  @Override
  public void place(String order, int cents) {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        insert(connection, order, cents);
        outbox.publish(
            connection,
            Message.to("orders")
                .type("OrderPlaced")
                .key(order)
                .payload(OrderPlacer.json(order, cents))
                .build());
        connection.commit();
      } finally {
        connection.rollback(); // does nothing after a commit
      }
    } catch (SQLException e) {
      throw new IllegalStateException("The order " + order + " was not placed", e);
    }
  }

  private static void insert(Connection connection, String order, int cents) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO purchase (id, cents) VALUES (?, ?)")) {
      insert.setString(1, order);
      insert.setInt(2, cents);
      insert.executeUpdate();
    }
  }
}
