package dev.mailroom.relay;

import dev.mailroom.relay.LeaseStore.Holding;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.Presence;
import dev.mailroom.relay.LeaseStore.Roll;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions are this relay's. It looks at the leases a few times a second, renews its own,
 * takes what is free up to its fair share, and hands back what is above it once that is drained.
 * One call to the database at a time. Renewals come from the engine's own thread of events, so a
 * relay whose engine hangs loses its leases.
 *
 * <p>Another's partition is free once its lease was not renewed for the time of a lease, by this
 * relay's own monotonic clock, whatever the database's clock says: that one may jump, and two
 * owners could then break the order of a key. So a relay waits a lease before it takes over from
 * one that died before it started.
 *
 * <p>Nothing may be sent later than a renewal's beginning plus the lease less the time that a send
 * may take: all sends have then ended before another relay can begin, by this relay's own monotonic
 * clock.
 */
final class Leases {

  /** So soon a partition that was handed back has a new owner. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** What the rest of the engine does about it. */
  interface Owner {
    void gained(Collection<Tenure> tenures);

    /** Nothing more is to be read or sent; the tenure is draining or lost. */
    void ending(Tenure tenure);

    /** Sending had been stopped for want of a renewal, and may go on. */
    void maySendAgain();
  }

  private final Environment environment;
  private final StoreCalls<LeaseStore> calls;
  private final Owner owner;
  private final UUID me;
  private final Map<Integer, Tenure> tenures = new TreeMap<>();
  private final Vigil<UUID> relays;
  private final Vigil<Integer> partitions;
  private long renewedAt;
  private boolean registered;
  private long sendUntil;
  private boolean overdue;
  private Set<Integer> told = Set.of();
  private final Alarm next;
  private boolean calling;
  private @Nullable Runnable left;

  Leases(Environment environment, StoreCalls<LeaseStore> calls, Owner owner) {
    this.environment = environment;
    this.calls = calls;
    this.owner = owner;
    next = new Alarm(environment.timeline(), this::turn);
    me =
        new UUID(
            environment.timeline().random().nextLong(), environment.timeline().random().nextLong());
    relays = new Vigil<>(lease().toNanos());
    partitions = new Vigil<>(lease().toNanos());
  }

  void start() {
    turn();
  }

  /** Drains all, hands it back, and is then heard of no more. */
  void leave(Runnable done) {
    left = done;
    List.copyOf(tenures.values()).forEach(this::drain);
    hurry();
  }

  Collection<Tenure> held() {
    return tenures.values().stream().filter(Tenure::isHeld).toList();
  }

  /** Whether a batch may leave now. */
  boolean maySend() {
    boolean may = now() < sendUntil;
    overdue |= !may;
    return may;
  }

  /** A write found out that other relays have these by now. */
  void lost(List<Lease> leases) {
    for (Lease lease : leases) {
      Tenure tenure = tenures.get(lease.partition());
      if (tenure != null && tenure.lease.equals(lease)) {
        lose(tenure);
      }
    }
  }

  private void turn() {
    calling = true;
    next.unset();
    long started = now();
    boolean renew =
        !registered || started - renewedAt >= environment.settings().renewEvery().toNanos();
    List<Lease> mine = tenures.values().stream().map(tenure -> tenure.lease).toList();
    if (renew) {
      calls.run(
          "renew leases",
          store -> store.renew(me, lease(), mine),
          roll -> renewed(started, roll),
          this::turnAfter);
    } else {
      calls.run("look at leases", store -> store.look(lease()), this::act, this::turnAfter);
    }
  }

  private void turnAfter(Duration wait) {
    calling = false;
    next.set(wait);
  }

  /** The next turn is now, unless one is under way. */
  private void hurry() {
    if (!calling) {
      turn();
    }
  }

  private void renewed(long started, Roll roll) {
    registered = true;
    renewedAt = started;
    dropLost(roll);
    allowSending(started);
    act(roll);
  }

  private void allowSending(long from) {
    sendUntil = from + lease().minus(environment.transport().sendTimeout()).toNanos();
    if (overdue) {
      overdue = false;
      owner.maySendAgain();
    }
  }

  private void dropLost(Roll roll) {
    for (Holding holding : roll.partitions()) {
      Tenure tenure = tenures.get(holding.partition());
      if (tenure != null
          && !(holding.epoch() == tenure.lease.epoch()
              && holding.owner().equals(Optional.of(me)))) {
        lose(tenure);
      }
    }
  }

  private void lose(Tenure tenure) {
    tenures.remove(tenure.partition());
    tenure.lose();
    owner.ending(tenure);
    tell();
  }

  private void drain(Tenure tenure) {
    if (tenure.isHeld()) {
      tenure.drain();
      owner.ending(tenure);
      tell();
    }
  }

  /** One step towards the fair share. */
  private void act(Roll roll) {
    dropLost(roll);
    List<Holding> free = free(roll);
    int share = left == null ? share(roll) : 0;
    List<Tenure> drained = tenures.values().stream().filter(Tenure::isDrained).toList();
    if (!drained.isEmpty()) {
      release(drained);
    } else if (left != null && tenures.isEmpty()) {
      leaveNow(left);
    } else if (tenures.size() < share && !free.isEmpty()) {
      take(free.subList(0, Math.min(free.size(), share - tenures.size())));
    } else {
      List<Tenure> held = new ArrayList<>(held());
      while (held.size() > share) {
        drain(held.remove(held.size() - 1));
      }
      turnAfter(LOOK_EVERY);
    }
  }

  private int share(Roll roll) {
    TreeSet<UUID> living = new TreeSet<>(Set.of(me));
    long now = now();
    for (Presence presence : roll.relays()) {
      boolean stale = relays.isStale(presence.relay(), presence.seenAt(), now);
      if (presence.fresh() && !stale) {
        living.add(presence.relay());
      }
    }
    relays.retain(roll.relays().stream().map(Presence::relay).toList());
    return Shares.of(living.headSet(me).size(), living.size());
  }

  private List<Holding> free(Roll roll) {
    List<Holding> free = new ArrayList<>();
    long now = now();
    for (Holding holding : roll.partitions()) {
      boolean stale = partitions.isStale(holding.partition(), sign(holding), now);
      // A takeover whose answer was lost: nothing was done with it, so it is free for a new one.
      boolean forgotten = holding.owner().equals(Optional.of(me));
      if (!tenures.containsKey(holding.partition())
          && (holding.owner().isEmpty() || stale || forgotten)) {
        free.add(holding);
      }
    }
    return free;
  }

  /** What each renewal and each takeover changes. */
  private static List<Object> sign(Holding holding) {
    return List.of(holding.epoch(), holding.leaseUntil());
  }

  private void take(List<Holding> free) {
    long started = now();
    calls.run(
        "take partitions",
        store -> store.take(me, lease(), free),
        leases -> taken(started, leases),
        this::turnAfter);
  }

  private void taken(long started, List<Lease> leases) {
    if (tenures.isEmpty()) {
      allowSending(started); // else the earlier deadline of the others counts
    }
    List<Tenure> gained = leases.stream().map(lease -> new Tenure(lease, this::hurry)).toList();
    gained.forEach(tenure -> tenures.put(tenure.partition(), tenure));
    if (left != null) {
      gained.forEach(this::drain);
    } else {
      owner.gained(gained);
      tell();
    }
    turnAfter(LOOK_EVERY);
  }

  private void release(List<Tenure> drained) {
    List<Lease> leases = drained.stream().map(tenure -> tenure.lease).toList();
    calls.run(
        "release partitions",
        store -> {
          store.release(leases);
          return leases;
        },
        released -> {
          drained.forEach(tenure -> tenures.remove(tenure.partition(), tenure));
          turn();
        },
        this::turnAfter);
  }

  private void leaveNow(Runnable done) {
    calls.run(
        "leave",
        store -> {
          store.leave(me);
          return me;
        },
        gone -> done.run(),
        this::turnAfter);
  }

  private void tell() {
    Set<Integer> held = new TreeSet<>();
    tenures.values().stream().filter(Tenure::isHeld).forEach(each -> held.add(each.partition()));
    if (!held.equals(told)) {
      told = held;
      environment.listener().partitions(held);
    }
  }

  private Duration lease() {
    return environment.settings().lease();
  }

  private long now() {
    return environment.timeline().nanos();
  }
}
