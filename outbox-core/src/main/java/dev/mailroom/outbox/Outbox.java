package dev.mailroom.outbox;

import java.util.List;

/**
 * Takes messages into a transaction that is already open. The messages become visible to the relay
 * when that transaction commits and vanish when it rolls back. An instance is as safe to share
 * between threads as the transaction it joins.
 */
public interface Outbox {

  /**
   * Writes one message.
   *
   * @throws MailroomException.InvalidMessage if it is larger than this outbox accepts
   * @throws MailroomException if the database refused the row; the transaction should roll back
   */
  default void publish(Message message) {
    publishAll(List.of(message));
  }

  /**
   * Writes messages in the order given, as one statement; all or none.
   *
   * @throws MailroomException as for {@link #publish}
   */
  void publishAll(List<Message> messages);
}
