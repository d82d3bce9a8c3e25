package dev.mailroom.simulation;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/**
 * One relay's way to the broker. A batch that has left the process arrives whatever becomes of
 * that; a process that is paused before sends late.
 */
final class BrokerClient implements Transport {

  private final Loop loop;
  private final Instance instance;
  private final MemoryBroker broker;
  private final Audit audit;
  private final Dice dice;

  BrokerClient(World world, Instance instance) {
    this.loop = world.loop;
    this.instance = instance;
    this.broker = world.broker;
    this.audit = world.audit;
    this.dice = world.dice.split();
  }

  @Override
  public Limits limits(String destination) {
    return broker.limits(destination);
  }

  @Override
  public int sizeOf(Message message) {
    instance.mayFail();
    return MemoryBroker.sizeOf(message);
  }

  @Override
  public Duration sendTimeout() {
    return Duration.ofNanos(MemoryBroker.SEND_TIMEOUT);
  }

  @Override
  public CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch) {
    audit.sending(instance, destination, batch);
    CompletableFuture<List<Result>> answer = new CompletableFuture<>();
    var unused = answer.whenComplete((results, error) -> audit.answered(instance, batch, results));
    instance.life().after(dice.upTo(Loop.MILLI / 4), () -> leave(destination, batch, answer));
    loop.after(
        MemoryBroker.SEND_TIMEOUT,
        () -> answer.completeExceptionally(new TimeoutException("no answer in time")));
    return answer;
  }

  private void leave(
      String destination, List<OutboxEntry> batch, CompletableFuture<List<Result>> answer) {
    long there = broker.wayThere(destination);
    if (there >= MemoryBroker.SEND_TIMEOUT) {
      return; // the connection is cut before
    }
    boolean lost = broker.losesAnswer();
    if (lost) {
      loop.after(
          dice.upTo(MemoryBroker.SEND_TIMEOUT),
          () -> answer.completeExceptionally(new IllegalStateException("connection reset")));
    }
    loop.after(
        there,
        () -> {
          List<Result> results = broker.take(destination, batch);
          if (!lost) {
            loop.after(dice.upTo(10 * Loop.MILLI), () -> answer.complete(results));
          }
        });
  }

  @Override
  public DestinationGate gate(String destination, Ticker ticker) {
    return new ProbingGate(ticker, dice.split());
  }

  @Override
  public void close() {}
}
