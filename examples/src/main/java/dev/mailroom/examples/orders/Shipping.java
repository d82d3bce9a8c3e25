package dev.mailroom.examples.orders;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.inbox.sqs.SqsConsumer;
import dev.mailroom.outbox.Message;
import java.sql.PreparedStatement;

/** Plans the steps of a shipment: those of one order must come in order. */
final class Shipping implements SqsConsumer.Handler {

  @Override
  public void handle(ReceivedMessage message, Inbox.Context context) throws Exception {
    OrderChange change = OrderChange.fromJson(message.payload());
    try (PreparedStatement insert =
        context
            .connection()
            .prepareStatement(
                "INSERT INTO shipment_step (change_id, order_id, version) VALUES (?, ?, ?)")) {
      insert.setString(1, change.changeId().toString());
      insert.setLong(2, change.orderId());
      insert.setInt(3, change.version());
      insert.executeUpdate();
    }
    context
        .outbox()
        .publish(
            Message.to(OrderChange.UPDATES)
                .type("ShipmentPlanned")
                .payload(change.toJson())
                .build());
  }
}
