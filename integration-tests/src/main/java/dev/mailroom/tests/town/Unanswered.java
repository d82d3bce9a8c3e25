package dev.mailroom.tests.town;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Notes the entries of calls that had no answer in time, which the broker may have accepted. The
 * relay sends them again; nobody could do otherwise.
 */
final class Unanswered implements Transport {

  private final Transport transport;
  private final Queue<String> messages = new ConcurrentLinkedQueue<>();

  Unanswered(Transport transport) {
    this.transport = transport;
  }

  int entries() {
    return messages.size();
  }

  /** Those entries, as {@link Audit#waiting} has them. */
  String messages() {
    return String.join(" ", messages);
  }

  @Override
  public CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch) {
    return transport
        .send(destination, batch)
        .thenApply(
            results -> {
              for (int i = 0; i < results.size(); i++) {
                if (results.get(i).toString().contains("it may have been accepted")) {
                  messages.add(Audit.message(destination, batch.get(i).message().payload()));
                }
              }
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
