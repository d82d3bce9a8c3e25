package dev.mailroom.examples.orders;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.inbox.sqs.SqsConsumer;
import dev.mailroom.outbox.Message;
import java.sql.PreparedStatement;

/** Writes an invoice line for each change, and tells the order desk in the same transaction. */
final class Billing implements SqsConsumer.Handler {

  @Override
  public void handle(ReceivedMessage message, Inbox.Context context) throws Exception {
    OrderChange change = OrderChange.fromJson(message.payload());
    try (PreparedStatement insert =
        context
            .connection()
            .prepareStatement(
                "INSERT INTO invoice_line (change_id, order_id, quantity) VALUES (?, ?, ?)")) {
      insert.setString(1, change.changeId().toString());
      insert.setLong(2, change.orderId());
      insert.setInt(3, change.quantity());
      insert.executeUpdate();
    }
    context
        .outbox()
        .publish(
            Message.to(OrderChange.UPDATES).type("InvoiceIssued").payload(change.toJson()).build());
  }
}
