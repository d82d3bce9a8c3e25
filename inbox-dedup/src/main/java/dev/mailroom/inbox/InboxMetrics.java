package dev.mailroom.inbox;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A consumer's figures as Micrometer's meters, tagged {@code consumer} and {@code queue}; needs
 * {@code micrometer-core} on the class path. Thread-safe.
 *
 * <p>Timers: {@code mailroom.inbox.processed} (the transaction), {@code mailroom.inbox.age.sent}
 * and {@code mailroom.inbox.age.created} (how old a message was when it had taken effect, by the
 * clocks of the queue and of the sender's database; never below zero). Counters of messages: {@code
 * mailroom.inbox.} followed by {@code duplicate}, {@code in.progress}, {@code failed}, {@code
 * postponed} (each time), {@code interrupted}, {@code dead.lettered}, {@code ignored}, {@code
 * returned}, {@code extended}, {@code delete.failed}; of calls: {@code receive.failed}. Gauges:
 * {@code mailroom.inbox.running}, {@code mailroom.inbox.prefetched}.
 */
public final class InboxMetrics implements InboxListener {

  private static final String PREFIX = "mailroom.inbox.";

  private final MeterRegistry registry;
  private final String consumer;
  private final Map<String, AtomicInteger> gauges = new ConcurrentHashMap<>();

  private InboxMetrics(MeterRegistry registry, String consumer) {
    this.registry = registry;
    this.consumer = consumer;
  }

  /**
   * Registers meters as they are needed.
   *
   * @param consumer for the tag, usually {@link Inbox#consumer}
   */
  public static InboxMetrics of(MeterRegistry registry, String consumer) {
    return new InboxMetrics(
        requireNonNull(registry, "registry"), requireNonNull(consumer, "consumer"));
  }

  @Override
  public void processed(ReceivedMessage message, Duration took) {
    timer("processed", message).record(took);
    age("age.sent", message, message.sentAt());
    age("age.created", message, message.createdAt());
  }

  @Override
  public void duplicate(ReceivedMessage message) {
    count("duplicate", message.source(), 1);
  }

  @Override
  public void inProgress(ReceivedMessage message) {
    count("in.progress", message.source(), 1);
  }

  @Override
  public void failed(ReceivedMessage message, Throwable error) {
    count("failed", message.source(), 1);
  }

  @Override
  public void postponed(ReceivedMessage message, Throwable error) {
    count("postponed", message.source(), 1);
  }

  @Override
  public void deadLettered(ReceivedMessage message, Throwable error) {
    count("dead.lettered", message.source(), 1);
  }

  @Override
  public void ignored(ReceivedMessage message) {
    count("ignored", message.source(), 1);
  }

  @Override
  public void interrupted(String source, int messages) {
    count("interrupted", source, messages);
  }

  @Override
  public void returned(String source, int messages) {
    count("returned", source, messages);
  }

  @Override
  public void extended(String source, int messages) {
    count("extended", source, messages);
  }

  @Override
  public void receiveFailed(String source, Throwable error) {
    count("receive.failed", source, 1);
  }

  @Override
  public void deleteFailed(String source, String problem) {
    count("delete.failed", source, 1);
  }

  @Override
  public void holds(String source, int running, int waiting) {
    gauge("running", source).set(running);
    gauge("prefetched", source).set(waiting);
  }

  private void age(String name, ReceivedMessage message, Optional<Instant> since) {
    since.ifPresent(
        time -> {
          Duration age = Duration.between(time, Instant.now());
          timer(name, message).record(age.isNegative() ? Duration.ZERO : age);
        });
  }

  private Timer timer(String name, ReceivedMessage message) {
    return registry.timer(PREFIX + name, tags(message.source()));
  }

  private void count(String name, String source, int more) {
    Counter counter = registry.counter(PREFIX + name, tags(source));
    counter.increment(more);
  }

  private AtomicInteger gauge(String name, String source) {
    return gauges.computeIfAbsent(
        name + " " + source,
        key -> requireNonNull(registry.gauge(PREFIX + name, tags(source), new AtomicInteger())));
  }

  private Tags tags(String source) {
    return Tags.of("consumer", consumer, "queue", source);
  }
}
