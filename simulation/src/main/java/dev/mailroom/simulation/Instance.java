package dev.mailroom.simulation;

import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.Relay;
import dev.mailroom.relay.RelayListener;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One relay in its process, from its start to its end. */
final class Instance {

  /** An engine that failed has its leases to wait for. */
  private static final int RARE = 10;

  private final World world;
  private final String name;
  private final Life life;
  private final Wire storeWire;
  private final Wire leaseWire;
  private final Relay relay;

  /** An engine that fails is followed by one with another id, whose calls may overtake its own. */
  private final Set<UUID> ids = new HashSet<>();

  private final Dice dice;
  private Set<Integer> owned = Set.of();
  private Climate climate = Climate.calm();
  private boolean stopping;
  private boolean left;

  Instance(World world, String name, Consumer<Relay.Builder> settings) {
    this.world = world;
    this.name = name;
    dice = world.dice.split();
    life = new Life(world.loop, world.dice.split());
    storeWire = new Wire(world, name, life, Fault.STORE_FAILURES, Fault.SLOW_STORE, () -> {});
    leaseWire =
        new Wire(
            world,
            name,
            life,
            Fault.LEASE_FAILURES,
            Fault.LEASE_FAILURES,
            () -> world.audit.excuse(name + " has trouble with its leases"));
    MemoryOutbox outbox = world.database.outbox;
    WiredLeases leases = new WiredLeases(outbox.leases(), leaseWire, ids::add);
    Relay.Builder builder =
        Relay.builder()
            .store(new WiredOutbox(outbox, storeWire, new ServerWatch(world, storeWire), leases))
            .transport(new BrokerClient(world, this))
            .listener(new Told())
            .timeline(life)
            .storeThreads(storeWire)
            .leaseThread(leaseWire);
    settings.accept(builder);
    relay = builder.build();
  }

  void start() {
    world.note(() -> name + " starts");
    relay.start();
  }

  void climate(Climate climate) {
    this.climate = climate;
    storeWire.climate(climate);
    leaseWire.climate(climate);
  }

  /** Its calls for messages take so much longer, until it is told otherwise. */
  void lag(long nanos) {
    storeWire.lag(nanos);
  }

  void wake(String destination) {
    relay.wake(destination);
  }

  void stop() {
    world.note(() -> name + " stops");
    stopping = true;
    relay
        .stop()
        .thenRun(
            () -> {
              left = true;
              world.note(() -> name + " has left");
            });
  }

  void crash() {
    world.audit.excuse(name + " crashes");
    life.end();
  }

  void pause(long nanos) {
    world.audit.excuse(name + " stands still for " + nanos / Loop.MILLI + " ms");
    life.pause(nanos);
  }

  /** Cuts it off from its leases; everything else goes on. */
  void cutOff(long nanos) {
    world.audit.excuse(name + " is cut off from its leases for " + nanos / Loop.MILLI + " ms");
    leaseWire.tear(nanos);
  }

  String name() {
    return name;
  }

  Life life() {
    return life;
  }

  /** Works, and nobody has asked it to stop. */
  boolean isAlive() {
    return !stopping && !life.isOver();
  }

  boolean isLeaving() {
    return stopping && !left && !life.isOver();
  }

  /** A place at which the engine may fail, in the middle of whatever it does. */
  void mayFail() {
    if (dice.chance(climate.chanceOf(Fault.ENGINE_FAULTS) / RARE)) {
      world.audit.excuse(name + " meets a fault of its own");
      throw new EngineFault();
    }
  }

  boolean isOwner(@Nullable UUID owner) {
    return owner != null && ids.contains(owner);
  }

  Set<Integer> owned() {
    return owned;
  }

  private final class Told implements RelayListener {

    @Override
    public void sent(String destination, int sent, int accepted, Duration took) {
      mayFail();
    }

    @Override
    public void accepted(String destination, UUID message, Instant createdAt) {
      mayFail();
    }

    @Override
    public void retrying(String destination, UUID message, String error) {
      mayFail();
    }

    @Override
    public void parked(String destination, UUID message, ParkedState state, String error) {
      world.note(() -> name + " parked " + world.audit.name(message) + " " + state + ": " + error);
      mayFail();
    }

    @Override
    public void partitions(Set<Integer> now) {
      world.note(() -> name + " owns partitions " + now);
      owned = now;
      mayFail();
    }

    @Override
    public void gate(String destination, DestinationGate.State state, String reason) {
      world.note(() -> name + " finds " + destination + " " + state + " " + reason);
      mayFail();
    }

    @Override
    public void engineFailed(Throwable fault) {
      owned = Set.of();
      if (!(fault instanceof EngineFault)) {
        StackTraceElement[] trace = fault.getStackTrace();
        world.audit.complain(
            Promise.FAULT, name + ": " + fault + (trace.length > 0 ? " at " + trace[0] : ""));
      }
    }

    @Override
    public void storeFailed(String call, Throwable error) {
      world.note(() -> name + " fails to " + call + ": " + error.getMessage());
      mayFail();
    }

    @Override
    public void acknowledged(int messages) {
      mayFail();
    }
  }
}
