package dev.mailroom.tests;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A broker that takes everything a moment later, so that what is measured is the relay and the
 * database. Payloads are numbers; it keeps their count and sum.
 */
final class Sink implements Transport {

  private static final long ANSWERS_AFTER_MILLIS = 2;

  private final ScheduledExecutorService answers = Executors.newSingleThreadScheduledExecutor();
  final AtomicLong accepted = new AtomicLong();
  final AtomicLong sum = new AtomicLong();

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
    CompletableFuture<List<Result>> answer = new CompletableFuture<>();
    ScheduledFuture<?> unused =
        answers.schedule(
            () -> answer.complete(take(batch)), ANSWERS_AFTER_MILLIS, TimeUnit.MILLISECONDS);
    return answer;
  }

  private List<Result> take(List<OutboxEntry> batch) {
    for (OutboxEntry entry : batch) {
      accepted.incrementAndGet();
      sum.addAndGet(Long.parseLong(entry.message().payload().strip()));
    }
    return batch.stream().<Result>map(entry -> new Result.Accepted()).toList();
  }

  @Override
  public Duration sendTimeout() {
    return Duration.ofSeconds(5);
  }

  @Override
  public DestinationGate gate(String destination, Ticker ticker) {
    return new OpenGate();
  }

  @Override
  public void close() {
    answers.shutdownNow();
  }
}
