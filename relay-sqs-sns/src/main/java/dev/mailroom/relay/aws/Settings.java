package dev.mailroom.relay.aws;

import dev.mailroom.outbox.Message;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What all senders of a transport share.
 *
 * @param timeout of a whole send, and of each call made to look a destination up
 * @param groupIdOnStandard whether keys become group ids on standard queues and topics too
 */
record Settings(Duration timeout, boolean groupIdOnStandard) {

  /** On FIFO a group is required: a message without a key is one of its own. */
  @Nullable String groupId(Message message, boolean fifo) {
    if (fifo) {
      return message.key().orElseGet(() -> message.id().toString());
    }
    return groupIdOnStandard ? message.key().orElse(null) : null;
  }
}
