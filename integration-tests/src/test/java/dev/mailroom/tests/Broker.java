package dev.mailroom.tests;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A broker that remembers what it accepted, in order, and fails what it is told to: for tests of
 * relay and database, where the broker's own ways do not matter.
 */
final class Broker implements Transport {

  private static final long ANSWERS_AFTER_MILLIS = 2;

  final List<Message> accepted = new CopyOnWriteArrayList<>();

  /** Payloads that fail for a reason that may pass, and others that are refused as bad. */
  final Set<String> failing = ConcurrentHashMap.newKeySet();

  final Set<String> refused = ConcurrentHashMap.newKeySet();

  List<String> payloads() {
    return accepted.stream().map(Message::payload).toList();
  }

  List<String> payloadsOf(String key) {
    return accepted.stream()
        .filter(message -> message.key().filter(key::equals).isPresent())
        .map(Message::payload)
        .toList();
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
  public CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch) {
    Executor soon = CompletableFuture.delayedExecutor(ANSWERS_AFTER_MILLIS, TimeUnit.MILLISECONDS);
    return CompletableFuture.supplyAsync(() -> batch.stream().map(this::take).toList(), soon);
  }

  private Result take(OutboxEntry entry) {
    String payload = entry.message().payload();
    if (refused.contains(payload)) {
      return new Result.Refused("bad message");
    } else if (failing.contains(payload)) {
      return new Result.Failed("not now");
    }
    accepted.add(entry.message());
    return new Result.Accepted();
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
