package dev.mailroom.inbox;

import static dev.mailroom.inbox.Inbox.Status.FAILED;

import dev.mailroom.inbox.Inbox.Result;
import dev.mailroom.inbox.Inbox.Status;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A message of a batch.
 *
 * @param id what it is known again by
 * @param problem why it has no id
 */
record BatchEntry(ReceivedMessage message, Optional<InboxKey> id, @Nullable Throwable problem) {

  static BatchEntry of(ReceivedMessage message, Function<ReceivedMessage, InboxKey> key) {
    try {
      return new BatchEntry(message, Optional.of(key.apply(message)), null);
    } catch (RuntimeException e) {
      return new BatchEntry(message, Optional.empty(), e);
    }
  }

  InboxKey requireId() {
    return id.orElseThrow();
  }

  Result is(Status status) {
    return new Result(message, status, Optional.empty());
  }

  Result failed(Throwable failure) {
    return new Result(message, FAILED, Optional.of(failure));
  }
}
