package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Accepts everything and remembers it. All of its destinations are ordered. */
final class MemoryBroker implements Transport {

  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(1);

  private final List<Message> accepted = Collections.synchronizedList(new ArrayList<>());

  /** In the order of their arrival. */
  List<Message> accepted() {
    synchronized (accepted) {
      return List.copyOf(accepted);
    }
  }

  @Override
  public CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch) {
    List<Result> results = Collections.nCopies(batch.size(), new Result.Accepted());
    batch.forEach(entry -> accepted.add(entry.message()));
    return CompletableFuture.supplyAsync(() -> results);
  }

  @Override
  public Limits limits(String destination) {
    return new Limits(true, 10, 1_048_576);
  }

  @Override
  public int sizeOf(Message message) {
    return WireFormat.size(message);
  }

  @Override
  public Duration sendTimeout() {
    return SEND_TIMEOUT;
  }

  @Override
  public DestinationGate gate(String destination, Ticker ticker) {
    return new DestinationGate() {
      @Override
      public Duration tryPass() {
        return Duration.ZERO;
      }

      @Override
      public void succeeded(Duration took) {}

      @Override
      public void failed(Duration took) {}

      @Override
      public void abandoned() {}

      @Override
      public State state() {
        return State.OPEN;
      }
    };
  }

  @Override
  public void close() {}
}
