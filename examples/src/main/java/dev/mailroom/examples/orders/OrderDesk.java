package dev.mailroom.examples.orders;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.inbox.sqs.SqsConsumer;
import java.sql.PreparedStatement;

/** Notes what billing and shipping have done about a change. */
final class OrderDesk implements SqsConsumer.Handler {

  @Override
  public void handle(ReceivedMessage message, Inbox.Context context) throws Exception {
    OrderChange change = OrderChange.fromJson(message.payload());
    try (PreparedStatement insert =
        context
            .connection()
            .prepareStatement("INSERT INTO order_update (change_id, kind) VALUES (?, ?)")) {
      insert.setString(1, change.changeId().toString());
      insert.setString(2, message.type().orElseThrow());
      insert.executeUpdate();
    }
  }
}
