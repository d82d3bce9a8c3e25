package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.BlockedKey;
import dev.mailroom.relay.OutboxStore.Row;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/**
 * The relay's decisions: which rows to read, what to send, what to delete. One thread drives it,
 * the {@link Timeline}'s; all its state, and that of the parts it is made of, belongs to that
 * thread. Given the same events in the same order it does the same.
 */
final class Engine {

  private final Environment environment;
  private final StoreCalls calls;
  private final ReadLedger ledger = new ReadLedger();
  private final ContentLoader loader;
  private final Departures departures;
  private final LaneReader reader;
  private final LowWaterMarks marks;
  private final Sweeper sweeper;
  private final Map<Lane, LaneWindow> lanes = new HashMap<>();
  private final Map<String, DestinationQueue> queues = new HashMap<>();
  private final Map<String, Set<String>> blockedKeys = new HashMap<>();
  private final Set<DestinationQueue> touched = new LinkedHashSet<>();
  private boolean started;
  private boolean stopped;

  Engine(Environment environment, OutboxStore store, Executor storeThreads) {
    this.environment = environment;
    calls = new StoreCalls(environment, store, storeThreads, this::forgetMarks);
    loader = new ContentLoader(environment, calls, new Loaded());
    departures = new Departures(environment, calls, this::gone);
    reader = new LaneReader(environment, calls, ledger, loader, new Intake());
    marks = new LowWaterMarks(environment, calls, ledger, lanes::values);
    sweeper = new Sweeper(environment, calls, ledger, lanes::values, this::foundBelow);
  }

  /** Loads which keys are blocked, and only then begins to read. */
  void start() {
    calls.run(
        "load blocked keys",
        OutboxStore::blockedKeys,
        this::start,
        wait -> environment.timeline().schedule(wait, this::start));
  }

  private void start(Set<BlockedKey> blocked) {
    for (BlockedKey each : blocked) {
      blockedKeys
          .computeIfAbsent(each.lane().destination(), name -> new HashSet<>())
          .add(each.key());
    }
    started = true;
    discover();
    marks.start();
    sweeper.start();
  }

  /** Looks for rows of a destination at once: somebody has just written there. */
  void wake(String destination) {
    if (started && !stopped) {
      open(destination);
      lanesOf(destination)
          .forEach(
              lane -> {
                lane.lastSign = environment.timeline().nanos();
                reader.hurry(lane);
              });
      reader.read();
    }
  }

  /**
   * Reads and sends no more, and lets what is on its way arrive. Completes when every answer has
   * come and every acknowledgement is written; while the database is away, that may be never.
   *
   * @param drained run when there is nothing left to wait for
   */
  void stop(Runnable drained) {
    stopped = true;
    reader.stop();
    marks.stop();
    sweeper.stop();
    queues.values().forEach(DestinationQueue::stop);
    departures.hurry();
    checkDrained(drained);
  }

  private void checkDrained(Runnable drained) {
    boolean idle = queues.values().stream().allMatch(DestinationQueue::isIdle);
    if (idle && departures.isEmpty()) {
      drained.run();
    } else {
      environment
          .timeline()
          .schedule(environment.settings().acknowledgeDelay(), () -> checkDrained(drained));
    }
  }

  private void discover() {
    if (stopped) {
      return;
    }
    calls.run(
        "discover destinations",
        OutboxStore::destinations,
        found -> {
          found.forEach(each -> open(each.name()));
          reader.read();
          environment.timeline().schedule(environment.settings().discoverEvery(), this::discover);
        },
        wait -> environment.timeline().schedule(wait, this::discover));
  }

  private void open(String destination) {
    if (queues.containsKey(destination)) {
      return;
    }
    DestinationQueue queue = new DestinationQueue(destination, environment, loader, departures);
    queue.block(blockedKeys.getOrDefault(destination, Set.of()));
    queues.put(destination, queue);
    for (int partition = 0; partition < Lane.PARTITIONS; partition++) {
      LaneWindow lane =
          new LaneWindow(new Lane(destination, partition), environment.settings().window());
      lanes.put(lane.lane, lane);
      reader.hurry(lane);
    }
  }

  private Collection<LaneWindow> lanesOf(String destination) {
    return IntStream.range(0, Lane.PARTITIONS)
        .mapToObj(partition -> lanes.get(new Lane(destination, partition)))
        .filter(Objects::nonNull)
        .toList();
  }

  private DestinationQueue queueOf(LaneWindow lane) {
    DestinationQueue queue = queues.get(lane.lane.destination());
    if (queue == null) {
      throw new IllegalStateException("no queue for " + lane.lane);
    }
    return queue;
  }

  private void forgetMarks() {
    reader.forgetMarks();
    marks.forget();
  }

  private void foundBelow(LaneWindow lane) {
    reader.hurry(lane);
    reader.read();
  }

  /** Rows are deleted: their lanes have room again. */
  private void gone(List<Slot> slots) {
    Set<LaneWindow> full = new HashSet<>();
    for (Slot slot : slots) {
      if (!slot.lane.hasRoom()) {
        full.add(slot.lane);
      }
    }
    ledger.forgetLater(slots);
    full.forEach(reader::hurry);
    reader.read();
  }

  private void sendTouched() {
    touched.forEach(DestinationQueue::send);
    touched.clear();
  }

  private final class Intake implements LaneReader.Intake {

    @Override
    public boolean wants(LaneWindow lane) {
      return queueOf(lane).wantsMore();
    }

    @Override
    public void row(LaneWindow lane, Row row) {
      DestinationQueue queue = queueOf(lane);
      Slot slot = slot(lane, row);
      lane.add(slot);
      queue.offer(slot);
      touched.add(queue);
    }

    private Slot slot(LaneWindow lane, Row row) {
      if (row instanceof Row.Loaded loaded) {
        Slot slot = new Slot(lane, row.id(), loaded.entry().message().key(), loaded.size());
        loader.keep(slot, loaded.entry());
        return slot;
      } else if (row instanceof Row.Undecodable broken) {
        Slot slot = new Slot(lane, row.id(), broken.key(), 0);
        slot.undecodable = broken.error();
        return slot;
      }
      Row.Listed listed = (Row.Listed) row;
      return new Slot(lane, row.id(), listed.key(), listed.size());
    }

    @Override
    public void pause() {
      sendTouched();
    }
  }

  private final class Loaded implements ContentLoader.Receiver {

    @Override
    public void loaded(Slot slot) {
      touched.add(queueOf(slot.lane));
      queueOf(slot.lane).loaded(slot);
    }

    @Override
    public void undecodable(Slot slot, String error) {
      queueOf(slot.lane).dead(slot, error);
    }

    @Override
    public void missing(Slot slot) {
      touched.add(queueOf(slot.lane));
      queueOf(slot.lane).missing(slot);
      gone(List.of(slot));
    }

    @Override
    public void pause() {
      sendTouched();
    }
  }
}
