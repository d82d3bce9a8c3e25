package dev.mailroom.relay;

import dev.mailroom.outbox.Message;
import java.time.Instant;

/**
 * A message as the relay holds it.
 *
 * @param createdAt when its row was written, by the database's clock
 */
public record OutboxEntry(Message message, Instant createdAt) {

  /** As its message: no payload, no header values. */
  @Override
  public String toString() {
    return message.toString();
  }
}
