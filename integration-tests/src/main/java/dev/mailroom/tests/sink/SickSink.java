package dev.mailroom.tests.sink;

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
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A broker in the relay's own JVM, which writes down what it accepts and whose destinations are as
 * their names say. Its gates are those of the transport to AWS. So what is measured is the relay
 * and the database: an SQS on the same two cores would take more of them than both.
 */
public final class SickSink implements Transport {

  public static final String DEAD = "sqs:dead";
  public static final String SLOW = "sqs:slow";
  public static final String POISON = "poison";
  static final Duration SLOW_ANSWER = Duration.ofSeconds(2);

  private final ArrivalLog.Pen log;
  private final Duration answersAfter;
  private final Transport gates;
  private volatile boolean healed;

  /**
   * @param gates whose gates these destinations have
   */
  SickSink(ArrivalLog.Pen log, Duration answersAfter, Transport gates) {
    this.log = log;
    this.answersAfter = answersAfter;
    this.gates = gates;
  }

  /** From now on no destination is sick; a poison key still is. */
  void heal() {
    healed = true;
  }

  @Override
  public CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch) {
    Duration wait = destination.equals(SLOW) && !healed ? SLOW_ANSWER : answersAfter;
    Executor then = CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS);
    return CompletableFuture.supplyAsync(() -> answer(destination, batch), then);
  }

  private List<Result> answer(String destination, List<OutboxEntry> batch) {
    if (destination.equals(DEAD) && !healed) {
      return Collections.nCopies(batch.size(), new Result.Unavailable("this destination is dead"));
    }
    List<Result> results = new ArrayList<>();
    List<String> accepted = new ArrayList<>();
    for (OutboxEntry entry : batch) {
      if (entry.message().key().filter(POISON::equals).isPresent()) {
        results.add(new Result.Failed("this key is poison"));
      } else {
        accepted.add(entry.message().payload());
        results.add(new Result.Accepted());
      }
    }
    log.write(destination, accepted);
    return results;
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
    return SLOW_ANSWER.plusSeconds(1);
  }

  @Override
  public DestinationGate gate(String destination, Ticker ticker) {
    return gates.gate(destination, ticker);
  }

  @Override
  public void close() {}
}
