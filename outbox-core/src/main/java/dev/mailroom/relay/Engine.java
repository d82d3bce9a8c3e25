package dev.mailroom.relay;

import dev.mailroom.relay.LeaseStore.LeaseLost;
import dev.mailroom.relay.OutboxStore.Destination;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.Refused;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.ServerChanged;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The relay's decisions: which rows to read, what to send, what to delete. One thread drives it,
 * the {@link Timeline}'s; all its state, and that of the parts it is made of, belongs to that
 * thread. Given the same events in the same order it does the same.
 */
final class Engine {

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final Environment environment;
  private final StoreCalls<OutboxStore> calls;
  private final Leases leases;
  private final ContentLoader loader;
  private final Departures departures;
  private final Lanes lanes;
  private final ReadLedger ledger = new ReadLedger(slot -> slot.lane.forget(slot));
  private final LaneReader reader;
  private final ParkedReader parked;
  private final LowWaterMarks marks;
  private final Sweeper sweeper;
  private final Discovery discovery;
  private final Map<String, DestinationQueue> queues = new TreeMap<>();

  /** Those that only writers have told of; they are written down when they have a message. */
  private final Set<String> hearsay = new HashSet<>();

  private final Set<DestinationQueue> touched = new LinkedHashSet<>();
  private final DestinationQueue.Permission permission = new Sending();
  private boolean discovered;
  private boolean stopped;

  Engine(Environment environment, Database database, LeaseStore leaseStore) {
    this.environment = environment;
    calls =
        new StoreCalls<>(
            environment,
            database.store().view(),
            database.storeThreads(),
            LONGEST_WAIT,
            this::storeFailed);
    Duration renewEvery = environment.settings().renewEvery();
    leases =
        new Leases(
            environment,
            new StoreCalls<>(
                environment,
                leaseStore,
                database.leaseThread(),
                renewEvery.dividedBy(2),
                this::storeFailed),
            new Tenancy());
    loader = new ContentLoader(environment, calls, new Loaded());
    departures = new Departures(environment, calls, new Departed());
    lanes = new Lanes(environment, calls, this::opened);
    reader = new LaneReader(environment, calls, ledger, loader, new Intake());
    parked =
        new ParkedReader(environment, calls, loader, lanes, queues::values, new ParkedIntake());
    marks = new LowWaterMarks(environment, calls, ledger, lanes::all);
    sweeper = new Sweeper(environment, calls, ledger, lanes::all, this::hurry);
    discovery = new Discovery(environment, calls, this::discovered);
  }

  void start() {
    leases.start();
    discovery.start();
    parked.start(leases::held);
    marks.start();
    sweeper.start();
  }

  /**
   * Looks for rows of a destination at once: somebody has just written there. Not before it is
   * known which destinations are paused.
   */
  void wake(String destination) {
    if (!stopped && discovered) {
      if (!queues.containsKey(destination)) {
        hearsay.add(destination);
        know(destination);
      }
      for (Tenure tenure : leases.held()) {
        LaneWindow lane = lanes.get(new Lane(destination, tenure.partition()));
        if (lane != null) {
          lane.lastSign = environment.timeline().nanos();
          reader.hurry(lane);
        }
      }
      reader.read();
    }
  }

  /**
   * Reads and sends no more, and lets what is on its way arrive. Completes when every answer has
   * come, every row is written, and the partitions are handed back; while the database is away,
   * that may be never.
   */
  void stop(Runnable drained) {
    stopped = true;
    discovery.stop();
    reader.stop();
    parked.stop();
    marks.stop();
    sweeper.stop();
    departures.hurry();
    leases.leave(drained);
  }

  /** It was ended by a fault: what it shares with others is theirs. */
  void leave() {
    queues.values().forEach(DestinationQueue::leave);
  }

  private void discovered(List<Destination> found) {
    discovered = true;
    List<String> unknown =
        found.stream()
            .map(Destination::name)
            .filter(name -> !queues.containsKey(name) || hearsay.remove(name))
            .toList();
    unknown.forEach(this::know);
    if (!unknown.isEmpty()) {
      discovery.remember(unknown);
    }
    for (Destination each : found) {
      DestinationQueue queue = queues.get(each.name());
      if (queue != null) {
        queue.pause(each.paused());
      }
    }
    reader.read();
  }

  private void know(String destination) {
    if (!queues.containsKey(destination)) {
      DestinationQueue queue =
          new DestinationQueue(destination, environment, loader, departures, permission);
      queues.put(destination, queue);
      queue.route();
    }
  }

  private void opened(LaneWindow lane) {
    hurry(lane);
    parked.hurry();
  }

  private void hurry(LaneWindow lane) {
    reader.hurry(lane);
    reader.read();
  }

  private void storeFailed(Throwable error) {
    if (error instanceof LeaseLost lost) {
      leases.lost(lost.leases());
    } else if (!(error instanceof Refused)) {
      reader.forgetMarks();
      marks.forget();
      if (error instanceof ServerChanged changed) {
        changed.heeded();
      }
    }
  }

  private void goneFromLanes(List<Slot> slots) {
    Set<LaneWindow> full = new HashSet<>();
    for (Slot slot : slots) {
      if (!slot.lane.hasRoom() && slot.tenure().isHeld()) {
        full.add(slot.lane);
      }
    }
    slots.forEach(slot -> slot.lane.gone(slot));
    ledger.forgetLater(slots);
    full.forEach(reader::hurry);
    reader.read();
  }

  private void gone(List<Slot> slots) {
    List<Slot> hot = slots.stream().filter(slot -> !slot.parked).toList();
    if (!hot.isEmpty()) {
      goneFromLanes(hot);
    }
    if (hot.size() < slots.size()) {
      parked.gone(slots.stream().filter(slot -> slot.parked).toList());
      parked.hurry();
    }
  }

  private void takeIn(Slot slot, Row row) {
    if (row instanceof Row.Loaded loaded) {
      loader.keep(slot, loaded.entry());
    }
    slot.queue().offer(slot);
    touched.add(slot.queue());
    String destination = slot.id.lane().destination();
    if (!hearsay.isEmpty() && hearsay.remove(destination)) {
      discovery.remember(List.of(destination));
    }
  }

  private void sendTouched() {
    touched.forEach(DestinationQueue::send);
    touched.clear();
  }

  private final class Tenancy implements Leases.Owner {

    @Override
    public void gained(Collection<Tenure> tenures) {
      lanes.open(queues.values(), tenures);
    }

    @Override
    public void ending(Tenure tenure) {
      for (LaneWindow lane : lanes.close(tenure)) {
        reader.forget(lane);
        lane.waiting().forEach(loader::drop);
      }
      loader.forget(tenure);
      parked.forget(tenure);
      queues.values().forEach(queue -> queue.abandon(tenure));
    }

    @Override
    public void maySendAgain() {
      queues.values().forEach(DestinationQueue::send);
    }
  }

  private final class Sending implements DestinationQueue.Permission {

    @Override
    public boolean maySend() {
      return leases.maySend();
    }

    @Override
    public void routed(DestinationQueue queue) {
      lanes.open(List.of(queue), leases.held());
    }

    @Override
    public void closed(DestinationQueue queue) {
      queue.shed();
      for (LaneWindow lane : lanes.all()) {
        if (lane.queue == queue) {
          lane.waiting().forEach(loader::drop);
        }
      }
      loader.load();
    }
  }

  private final class Departed implements Departures.Observer {

    @Override
    public void gone(List<Slot> slots) {
      Engine.this.gone(slots);
    }

    @Override
    public void free(Set<OrderedKey> keys) {
      for (OrderedKey key : keys) {
        LaneWindow lane = lanes.get(key.lane().lane());
        if (lane != null && lane.turns != null) {
          lane.turns.unblock(key.key());
        }
      }
    }
  }

  private final class Intake implements LaneReader.Intake {

    @Override
    public void row(LaneWindow lane, Row row) {
      Slot slot = Slot.of(lane, row);
      lane.add(slot);
      takeIn(slot, row);
    }

    @Override
    public void pause() {
      sendTouched();
    }
  }

  private final class ParkedIntake implements ParkedReader.Intake {

    @Override
    public void due(Slot slot, Row row) {
      takeIn(slot, row);
    }

    @Override
    public void discard(Slot slot) {
      departures.remove(slot);
    }

    @Override
    public void pause() {
      sendTouched();
    }
  }

  private final class Loaded implements ContentLoader.Receiver {

    @Override
    public void loaded(Slot slot) {
      touched.add(slot.queue());
      slot.queue().loaded(slot);
    }

    @Override
    public void undecodable(Slot slot, String error) {
      slot.queue().dead(slot, error);
    }

    @Override
    public void missing(Slot slot) {
      touched.add(slot.queue());
      slot.queue().missing(slot);
      gone(List.of(slot));
    }

    @Override
    public void pause() {
      sendTouched();
    }
  }
}
