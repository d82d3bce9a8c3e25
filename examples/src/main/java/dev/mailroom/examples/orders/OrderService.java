package dev.mailroom.examples.orders;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Places, changes and cancels orders. Business rows and messages are written in one transaction, so
 * that they happen together or not at all.
 */
public final class OrderService {

  /** A last check of a change, inside its transaction; what it throws rolls all of it back. */
  @FunctionalInterface
  public interface Approval {
    void check(OrderChange change) throws OrderRefusedException;
  }

  /** The order, or a change of it, was not approved. */
  public static final class OrderRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    public OrderRefusedException(String reason) {
      super(reason);
    }
  }

  private final DataSource dataSource;
  private final JdbcOutbox outbox;
  private final Approval approval;

  public OrderService(DataSource dataSource, JdbcOutbox outbox, Approval approval) {
    this.dataSource = dataSource;
    this.outbox = outbox;
    this.approval = approval;
  }

  /** Places an order and returns its id. */
  public long place(String customer, int quantity) throws SQLException, OrderRefusedException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        long orderId = insertOrder(connection, customer, quantity);
        announce(connection, orderId, 1, "OrderPlaced", quantity);
        connection.commit();
        return orderId;
      } finally {
        connection.rollback();
      }
    }
  }

  /** Changes the quantity; empty if the order is not open. */
  public OptionalLong change(long orderId, int quantity)
      throws SQLException, OrderRefusedException {
    return update(orderId, "OPEN", quantity, "OrderChanged");
  }

  /** Cancels the order; empty if it is not open. */
  public OptionalLong cancel(long orderId) throws SQLException, OrderRefusedException {
    return update(orderId, "CANCELLED", 0, "OrderCancelled");
  }

  private OptionalLong update(long orderId, String status, int quantity, String kind)
      throws SQLException, OrderRefusedException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        OptionalLong version = updateOrder(connection, orderId, status, quantity);
        if (version.isPresent()) {
          announce(connection, orderId, (int) version.getAsLong(), kind, quantity);
        }
        connection.commit();
        return version;
      } finally {
        connection.rollback();
      }
    }
  }

  /** To everybody by the topic, and to shipping in the order of this order's changes. */
  private void announce(Connection connection, long orderId, int version, String kind, int quantity)
      throws SQLException, OrderRefusedException {
    OrderChange change = new OrderChange(UUID.randomUUID(), orderId, version, kind, quantity);
    insertChange(connection, change);
    outbox.publishAll(
        connection,
        List.of(message(OrderChange.ORDERS, change), message(OrderChange.SHIPPING, change)));
    approval.check(change);
  }

  private static Message message(String destination, OrderChange change) {
    return Message.to(destination)
        .type(change.kind())
        .key("order-" + change.orderId())
        .header("quantity", change.quantity())
        .payload(change.toJson())
        .build();
  }

  private static long insertOrder(Connection connection, String customer, int quantity)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO customer_order (customer, quantity, version, status)
            VALUES (?, ?, 1, 'OPEN')
            """,
            new String[] {"order_id"})) {
      insert.setString(1, customer);
      insert.setInt(2, quantity);
      insert.executeUpdate();
      try (ResultSet keys = insert.getGeneratedKeys()) {
        keys.next();
        return keys.getLong(1);
      }
    }
  }

  /** The UPDATE locks the order, so its writers take turns: their messages keep that order. */
  private static OptionalLong updateOrder(
      Connection connection, long orderId, String status, int quantity) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            UPDATE customer_order SET version = version + 1, status = ?, quantity = ?
            WHERE order_id = ? AND status = 'OPEN'
            """)) {
      update.setString(1, status);
      update.setInt(2, quantity);
      update.setLong(3, orderId);
      return update.executeUpdate() == 0
          ? OptionalLong.empty()
          : OptionalLong.of(version(connection, orderId));
    }
  }

  private static long version(Connection connection, long orderId) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT version FROM customer_order WHERE order_id = ?")) {
      select.setLong(1, orderId);
      try (ResultSet result = select.executeQuery()) {
        result.next();
        return result.getLong(1);
      }
    }
  }

  private static void insertChange(Connection connection, OrderChange change) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO order_change (change_id, order_id, version, kind) VALUES (?, ?, ?, ?)")) {
      insert.setString(1, change.changeId().toString());
      insert.setLong(2, change.orderId());
      insert.setInt(3, change.version());
      insert.setString(4, change.kind());
      insert.executeUpdate();
    }
  }
}
