package dev.mailroom.relay;

import dev.mailroom.outbox.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * A broker in memory. Destinations that end in {@code .fifo} are ordered; {@code sick} ones fail.
 */
final class MemoryBroker implements Transport {

  private final VirtualTimeline timeline;
  private final RandomGenerator random;
  final List<OutboxEntry> taken = new ArrayList<>();
  final Set<String> sick = new HashSet<>();
  final Set<UUID> refused = new HashSet<>();

  /** Of batches and of entries: how often each kind of fault strikes. */
  double faults;

  MemoryBroker(VirtualTimeline timeline, RandomGenerator random) {
    this.timeline = timeline;
    this.random = random;
  }

  List<UUID> takenIds() {
    return taken.stream().map(entry -> entry.message().id()).toList();
  }

  @Override
  public Limits limits(String destination) {
    return new Limits(destination.endsWith(".fifo"), 10, 1000);
  }

  @Override
  public int sizeOf(Message message) {
    return 10;
  }

  @Override
  public CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch) {
    CompletableFuture<List<Result>> answer = new CompletableFuture<>();
    Duration there = Duration.ofNanos(random.nextLong(10_000_000));
    Duration back = Duration.ofNanos(random.nextLong(10_000_000));
    timeline.schedule(
        there,
        () -> {
          List<Result> results = take(destination, batch);
          boolean lost = random.nextDouble() < faults;
          timeline.schedule(
              back,
              () -> {
                if (lost) {
                  answer.completeExceptionally(new IllegalStateException("no answer"));
                } else {
                  answer.complete(results);
                }
              });
        });
    return answer;
  }

  private List<Result> take(String destination, List<OutboxEntry> batch) {
    List<Result> results = new ArrayList<>();
    for (OutboxEntry entry : batch) {
      if (sick.contains(destination)) {
        results.add(new Result.Unavailable("sick"));
      } else if (refused.contains(entry.message().id())) {
        results.add(new Result.Refused("bad message"));
      } else if (random.nextDouble() < faults) {
        results.add(new Result.Failed("internal error"));
      } else {
        taken.add(entry);
        results.add(new Result.Accepted());
      }
    }
    return results;
  }

  @Override
  public DestinationGate gate(String destination, Ticker ticker) {
    return new SimpleGate(ticker);
  }

  @Override
  public void close() {}

  /** Closes for 100 ms after a failure. */
  private static final class SimpleGate implements DestinationGate {

    private final Ticker ticker;
    private long closedUntil = 0;

    SimpleGate(Ticker ticker) {
      this.ticker = ticker;
    }

    @Override
    public Duration tryPass() {
      return Duration.ofNanos(Math.max(0, closedUntil - ticker.nanos()));
    }

    @Override
    public void succeeded(Duration took) {
      closedUntil = 0;
    }

    @Override
    public void failed(Duration took) {
      closedUntil = ticker.nanos() + 100_000_000L;
    }

    @Override
    public void abandoned() {}

    @Override
    public State state() {
      return closedUntil > ticker.nanos() ? State.CLOSED : State.OPEN;
    }
  }
}
