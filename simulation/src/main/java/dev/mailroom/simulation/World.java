package dev.mailroom.simulation;

import dev.mailroom.relay.DeadLetterPolicy;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.Relay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All that there is: time, a database, a broker, relays, writers and operators. */
final class World {

  static final Duration LEASE = Duration.ofSeconds(3);
  private static final Duration RENEW = Duration.ofSeconds(1);

  final Dice dice;
  final Loop loop;
  final Audit audit = new Audit(this);
  final Database database;
  final MemoryBroker broker;
  final Writers writers;
  final Operators operators;
  private final Journal journal;
  private final List<Instance> instances = new ArrayList<>();
  private Climate climate = Climate.calm();
  private Consumer<Relay.Builder> settings = builder -> {};

  World(long seed, Journal journal) {
    this.journal = journal;
    dice = new Dice(seed);
    loop =
        new Loop(
            e -> {
              StackTraceElement[] trace = e.getStackTrace();
              audit.complain(Promise.FAULT, e + (trace.length > 0 ? " at " + trace[0] : ""));
            });
    database = new Database(loop, dice.split(), audit);
    broker = new MemoryBroker(loop, dice.split(), audit);
    writers = new Writers(this);
    operators = new Operators(this);
  }

  void note(Supplier<String> text) {
    journal.note(loop.now(), text);
  }

  /** Sets which faults strike, from now on. */
  void climate(Climate now) {
    note(() -> "the climate is " + now);
    climate = now;
    database.climate(now);
    broker.climate(now);
    instances.forEach(instance -> instance.climate(now));
  }

  /** Settings of the relays that are started from now on. */
  void settings(Consumer<Relay.Builder> chosen) {
    settings = chosen;
  }

  boolean skipsDead() {
    return climate.deadLetters() == DeadLetterPolicy.SKIP;
  }

  Instance startRelay() {
    Instance instance = new Instance(this, "relay" + instances.size(), this::configure);
    instances.add(instance);
    instance.climate(climate);
    instance.start();
    return instance;
  }

  private void configure(Relay.Builder builder) {
    builder
        .lease(LEASE, RENEW)
        .poll(Duration.ofMillis(20), Duration.ofMillis(250))
        .backoff(Duration.ofMillis(50), Duration.ofSeconds(1))
        .deadLetters(climate.deadLetters());
    settings.accept(builder);
  }

  List<Instance> alive() {
    return instances.stream().filter(Instance::isAlive).toList();
  }

  boolean isSomeoneLeaving() {
    return instances.stream().anyMatch(Instance::isLeaving);
  }

  /** Whether each relay has its fair share of the partitions, and all of them are owned. */
  boolean isShared() {
    List<Instance> alive = alive();
    int owned = 0;
    for (Instance instance : alive) {
      int its = instance.owned().size();
      owned += its;
      if (its < Lane.PARTITIONS / alive.size()
          || its > (Lane.PARTITIONS + alive.size() - 1) / alive.size()) {
        return false;
      }
    }
    return owned == Lane.PARTITIONS;
  }

  /** Whether nothing is left to do. */
  boolean isSettled() {
    return database.outbox.isQuiet() && writers.areDone();
  }
}
