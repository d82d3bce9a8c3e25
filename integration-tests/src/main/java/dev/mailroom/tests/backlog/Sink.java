package dev.mailroom.tests.backlog;

import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.tests.town.WillingTransport;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes everything, so that what is measured is the relay and the database. Payloads are numbers;
 * it keeps their count and sum.
 */
final class Sink extends WillingTransport {

  final AtomicLong accepted = new AtomicLong();
  final AtomicLong sum = new AtomicLong();

  @Override
  protected Result take(OutboxEntry entry) {
    accepted.incrementAndGet();
    sum.addAndGet(Long.parseLong(entry.message().payload().strip()));
    return new Result.Accepted();
  }
}
