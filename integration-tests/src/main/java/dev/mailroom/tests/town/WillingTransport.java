package dev.mailroom.tests.town;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** A broker without a network, which answers a moment later and whose gates never close. */
public abstract class WillingTransport implements Transport {

  private static final long ANSWERS_AFTER_MILLIS = 2;

  /** What becomes of an entry; called on some other thread. */
  protected abstract Result take(OutboxEntry entry);

  @Override
  public final CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch) {
    Executor soon = CompletableFuture.delayedExecutor(ANSWERS_AFTER_MILLIS, TimeUnit.MILLISECONDS);
    return CompletableFuture.supplyAsync(() -> batch.stream().map(this::take).toList(), soon);
  }

  @Override
  public Limits limits(String destination) {
    return new Limits(destination.endsWith(".fifo"), 10, 262_144);
  }

  @Override
  public int sizeOf(Message message) {
    return WireFormat.size(message);
  }

  @Override
  public Duration sendTimeout() {
    return Duration.ofSeconds(1);
  }

  @Override
  public DestinationGate gate(String destination, Ticker ticker) {
    return new OpenGate();
  }

  @Override
  public void close() {}
}
