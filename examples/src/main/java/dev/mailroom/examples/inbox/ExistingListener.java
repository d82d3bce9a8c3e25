package dev.mailroom.examples.inbox;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.ReceivedMessage;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A listener that another framework runs, which deletes a message unless its listener throws. The
 * id is the message attribute {@code mailroom-id}, or what else is the same on every delivery.
 */
public final class ExistingListener {

  private final Inbox inbox;

  /** With the inbox of the queue that it listens to. */
  public ExistingListener(Inbox inbox) {
    this.inbox = inbox;
  }

  /** In a transaction of the inbox, which has committed when this returns. */
  public void onMessage(String id, String body) throws SQLException {
    inbox
        .process(ReceivedMessage.of(id, body), context -> bill(context.connection(), body))
        .requireDone();
  }

  /** In the framework's transaction, which must commit before the message is deleted. */
  public void onMessage(Connection connection, String id, String body) throws SQLException {
    inbox
        .process(connection, ReceivedMessage.of(id, body), context -> bill(connection, body))
        .requireDone();
  }

  private static void bill(Connection connection, String body) throws SQLException {
    try (var insert = connection.prepareStatement("INSERT INTO invoice (content) VALUES (?)")) {
      insert.setString(1, body);
      insert.executeUpdate();
    }
  }
}
