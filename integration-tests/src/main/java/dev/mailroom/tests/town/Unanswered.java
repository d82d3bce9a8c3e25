package dev.mailroom.tests.town;

import dev.mailroom.relay.RelayListener;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the entries of calls that had no answer in time, which the broker may have accepted. The
 * relay sends them again; nobody could do otherwise.
 */
final class Unanswered implements RelayListener {

  private final AtomicLong entries = new AtomicLong();

  @Override
  public void retrying(String destination, UUID id, String error) {
    if (error.contains("it may have been accepted")) {
      entries.incrementAndGet();
    }
  }

  long entries() {
    return entries.get();
  }
}
