package dev.mailroom.relay;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * One run of the real engine against an outbox and a broker in memory, all of it decided by a seed:
 * writers of many keys, who take turns within a key, commit late or roll back.
 */
final class History {

  static final String FIFO = "ledger.fifo";
  static final String STANDARD = "news";

  private final SplittableRandom random;
  private final VirtualTimeline timeline;
  final MemoryOutbox outbox;
  final MemoryBroker broker;
  private Life life;
  private Engine engine;
  final Set<UUID> committed = new HashSet<>();
  final Set<UUID> rolledBack = new HashSet<>();
  final Map<String, List<UUID>> order = new HashMap<>();
  private final Map<String, Deque<Runnable>> turns = new HashMap<>();
  private double storeFaults;
  private int openTransactions;

  History(long seed) {
    random = new SplittableRandom(seed);
    timeline = new VirtualTimeline(random.split(), Duration.ofMillis(3));
    outbox = new MemoryOutbox(() -> random.nextDouble() < storeFaults);
    broker = new MemoryBroker(timeline, random.split());
    life = new Life();
    engine = start(life);
  }

  /**
   * The engine's time, until it is killed. What it asked of store and broker happens all the same.
   */
  private final class Life implements Timeline {

    private boolean over;

    @Override
    public void execute(Runnable event) {
      timeline.execute(() -> live(event));
    }

    @Override
    public void schedule(Duration delay, Runnable event) {
      timeline.schedule(delay, () -> live(event));
    }

    private void live(Runnable event) {
      if (!over) {
        event.run();
      }
    }

    @Override
    public long nanos() {
      return timeline.nanos();
    }
  }

  private Engine start(Life its) {
    Environment environment =
        new Environment(Settings.DEFAULT, its, broker, RelayListener.NONE, random.split());
    Engine started =
        new Engine(
            environment,
            outbox,
            call -> timeline.schedule(Duration.ofNanos(random.nextLong(3_000_000)), call));
    its.execute(started::start);
    return started;
  }

  /** Kills the engine in the middle of its work and starts another. */
  void crash() {
    life.over = true;
    life = new Life();
    engine = start(life);
  }

  void faults(double ofStore, double ofBroker) {
    storeFaults = ofStore;
    broker.faults = ofBroker;
  }

  /** Lets a writer of a key write once the one before it has ended. */
  void write(String destination, String key, int messages, Duration held) {
    Deque<Runnable> turn = turns.computeIfAbsent(key, k -> new ArrayDeque<>());
    turn.add(() -> transaction(destination, key, messages, held));
    if (turn.size() == 1) {
      turn.element().run();
    }
  }

  private void transaction(String destination, String key, int messages, Duration held) {
    openTransactions++;
    MemoryOutbox.Transaction transaction = outbox.begin();
    List<UUID> ids = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      ids.add(transaction.insert(destination, key));
    }
    timeline.schedule(held, () -> end(transaction, key, ids));
  }

  private void end(MemoryOutbox.Transaction transaction, String key, List<UUID> ids) {
    openTransactions--;
    if (random.nextInt(10) == 0) {
      transaction.rollback();
      rolledBack.addAll(ids);
    } else {
      transaction.commit();
      committed.addAll(ids);
      order.computeIfAbsent(key, k -> new ArrayList<>()).addAll(ids);
    }
    Deque<Runnable> turn = turns.get(key);
    turn.remove();
    if (!turn.isEmpty()) {
      turn.element().run();
    }
  }

  /** Writers at random for a while, most of them quick and some of them late. */
  void load(Duration duration, int writes) {
    for (int i = 0; i < writes; i++) {
      timeline.schedule(
          Duration.ofNanos(random.nextLong(duration.toNanos())),
          () -> {
            String destination = random.nextInt(3) > 0 ? FIFO : STANDARD;
            long held = random.nextInt(8) == 0 ? 3_000_000_000L : 4_000_000L;
            write(
                destination,
                destination + random.nextInt(12),
                1 + random.nextInt(3),
                Duration.ofNanos(random.nextLong(held)));
          });
    }
    timeline.run(duration);
  }

  boolean drains(Duration limit) {
    return timeline.runUntil(() -> outbox.size() == 0 && openTransactions == 0, limit);
  }

  void run(Duration duration) {
    timeline.run(duration);
  }

  boolean stops(Duration limit) {
    boolean[] drained = new boolean[1];
    engine.stop(() -> drained[0] = true);
    return timeline.runUntil(() -> drained[0], limit);
  }

  /** What the broker took of a key, repeats left out. */
  List<UUID> takenOf(String key) {
    return broker.taken.stream()
        .map(OutboxEntry::message)
        .filter(message -> message.key().filter(key::equals).isPresent())
        .map(message -> message.id())
        .distinct()
        .toList();
  }
}
