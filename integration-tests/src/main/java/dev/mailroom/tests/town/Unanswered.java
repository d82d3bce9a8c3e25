package dev.mailroom.tests.town;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the entries of calls that had no answer in time, which the broker may have accepted. The
 * relay sends them again; nobody could do otherwise.
 */
final class Unanswered implements Transport {

  private final Transport transport;
  private final AtomicLong entries = new AtomicLong();

  Unanswered(Transport transport) {
    this.transport = transport;
  }

  long entries() {
    return entries.get();
  }

  @Override
  public CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch) {
    return transport
        .send(destination, batch)
        .thenApply(
            results -> {
              results.stream()
                  .filter(result -> result.toString().contains("it may have been accepted"))
                  .forEach(result -> entries.incrementAndGet());
              return results;
            });
  }

  @Override
  public Limits limits(String destination) {
    return transport.limits(destination);
  }

  @Override
  public int sizeOf(Message message) {
    return transport.sizeOf(message);
  }

  @Override
  public Duration sendTimeout() {
    return transport.sendTimeout();
  }

  @Override
  public DestinationGate gate(String destination, Ticker ticker) {
    return transport.gate(destination, ticker);
  }

  @Override
  public void close() {
    transport.close();
  }
}
