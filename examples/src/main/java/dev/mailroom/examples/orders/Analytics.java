package dev.mailroom.examples.orders;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.inbox.sqs.SqsConsumer;
import java.sql.PreparedStatement;

/** Counts changes by kind. Without an inbox, each repeated message would be counted again. */
final class Analytics implements SqsConsumer.Handler {

  @Override
  public void handle(ReceivedMessage message, Inbox.Context context) throws Exception {
    OrderChange change = OrderChange.fromJson(message.payload());
    try (PreparedStatement count =
        context
            .connection()
            .prepareStatement("UPDATE change_counter SET total = total + 1 WHERE kind = ?")) {
      count.setString(1, change.kind());
      count.executeUpdate();
    }
  }
}
