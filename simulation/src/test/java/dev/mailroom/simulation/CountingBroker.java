package dev.mailroom.simulation;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Takes everything, a while after it was sent, and remembers the payloads in order. */
final class CountingBroker implements Transport {

  static final long TAKES = 20 * Loop.MILLI;

  private static final Duration ASK_AGAIN = Duration.ofMillis(50);

  final List<String> accepted = new ArrayList<>();
  final Map<String, Integer> gates = new HashMap<>();
  boolean up = true;
  int probes;
  private final Loop loop;

  CountingBroker(Loop loop) {
    this.loop = loop;
  }

  long acceptedFrom(String database) {
    return accepted.stream().filter(payload -> payload.startsWith(database + " ")).count();
  }

  @Override
  public Limits limits(String destination) {
    return new Limits(destination.endsWith(".fifo"), 10, 1 << 20);
  }

  @Override
  public int sizeOf(Message message) {
    return 100;
  }

  @Override
  public CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch) {
    CompletableFuture<List<Result>> answer = new CompletableFuture<>();
    loop.after(TAKES, () -> answer.complete(take(batch)));
    return answer;
  }

  private List<Result> take(List<OutboxEntry> batch) {
    if (!up) {
      probes++;
      return Collections.nCopies(batch.size(), new Result.Unavailable("down"));
    }
    batch.forEach(entry -> accepted.add(entry.message().payload()));
    return Collections.nCopies(batch.size(), new Result.Accepted());
  }

  @Override
  public Duration sendTimeout() {
    return Duration.ofSeconds(1);
  }

  /** Shut after a failure, and tried every so often. */
  @Override
  public DestinationGate gate(String destination, Ticker ticker) {
    gates.merge(destination, 1, Integer::sum);
    return new DestinationGate() {
      private boolean shut;
      private long shutUntil;
      private int passes;

      @Override
      public Duration tryPass() {
        if (shut && (passes > 0 || ticker.nanos() < shutUntil)) {
          return ASK_AGAIN;
        }
        passes++;
        return Duration.ZERO;
      }

      @Override
      public void succeeded(Duration took) {
        passes--;
        shut = false;
      }

      @Override
      public void failed(Duration took) {
        passes--;
        shut = true;
        shutUntil = ticker.nanos() + ASK_AGAIN.toNanos();
      }

      @Override
      public void abandoned() {
        passes--;
      }

      @Override
      public State state() {
        return shut ? State.CLOSED : State.OPEN;
      }
    };
  }

  @Override
  public void close() {}
}
