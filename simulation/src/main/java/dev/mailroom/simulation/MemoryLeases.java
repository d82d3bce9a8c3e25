package dev.mailroom.simulation;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Holding;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.LeaseLost;
import dev.mailroom.relay.LeaseStore.Presence;
import dev.mailroom.relay.LeaseStore.Roll;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tables of relays and partitions, on the database's clock. */
final class MemoryLeases {

  /** After so many leases without a sign a relay is struck off. */
  private static final int LEASES_TO_FORGET = 10;

  private static final class Partition {
    final int number;
    @Nullable UUID owner;
    long epoch;
    Instant leaseUntil = Instant.EPOCH;

    /** Transactions that rely on it and are not at their end. */
    int locks;

    Partition(int number) {
      this.number = number;
    }

    boolean isHeldAs(Lease lease) {
      return epoch == lease.epoch() && lease.owner().equals(owner);
    }

    void giveBack() {
      owner = null;
    }
  }

  private final Partition[] partitions = new Partition[Lane.PARTITIONS];
  private final TreeMap<UUID, Instant> seen = new TreeMap<>();
  private final Supplier<Instant> clock;
  private final Consumer<Lease> onLostUnderLock;

  /**
   * @param onLostUnderLock told of a lease that changed hands while a transaction relied on it
   */
  MemoryLeases(Supplier<Instant> clock, Consumer<Lease> onLostUnderLock) {
    this.clock = clock;
    this.onLostUnderLock = onLostUnderLock;
    for (int i = 0; i < partitions.length; i++) {
      partitions[i] = new Partition(i);
    }
  }

  LeaseStore view() {
    return new View();
  }

  @Nullable UUID owner(int partition) {
    return partitions[partition].owner;
  }

  /** Keeps leases from changing hands until {@link #unlock}; all of them must be held. */
  void lock(Collection<Lease> leases) {
    List<Lease> lost = new ArrayList<>();
    for (Lease lease : leases) {
      if (!partitions[lease.partition()].isHeldAs(lease)) {
        lost.add(lease);
      }
    }
    if (!lost.isEmpty()) {
      throw new LeaseLost(lost);
    }
    leases.forEach(lease -> partitions[lease.partition()].locks++);
  }

  void unlock(Collection<Lease> leases) {
    for (Lease lease : leases) {
      Partition partition = partitions[lease.partition()];
      partition.locks--;
      if (!partition.isHeldAs(lease)) {
        onLostUnderLock.accept(lease);
      }
    }
  }

  /** Nobody waits for a lock: that others hold one is found out at once. */
  private static void requireUnlocked(Partition partition) {
    if (partition.locks > 0) {
      throw new MailroomException("timeout: partition " + partition.number + " is locked");
    }
  }

  private Roll roll(Duration lease) {
    Instant now = clock.get();
    List<Presence> relays = new ArrayList<>(seen.size());
    seen.forEach((id, at) -> relays.add(new Presence(id, at, at.plus(lease).isAfter(now))));
    List<Holding> holdings = new ArrayList<>(partitions.length);
    for (Partition each : partitions) {
      boolean expired = each.owner == null || !each.leaseUntil.isAfter(now);
      holdings.add(
          new Holding(
              each.number, Optional.ofNullable(each.owner), each.epoch, each.leaseUntil, expired));
    }
    return new Roll(relays, holdings);
  }

  /** One relay's connection; the tables know nothing of connections. */
  private final class View implements LeaseStore {

    @Override
    public Roll look(Duration lease) {
      return roll(lease);
    }

    @Override
    public Roll renew(UUID relay, Duration lease, List<Lease> held) {
      Instant now = clock.get();
      seen.values().removeIf(at -> at.plus(lease.multipliedBy(LEASES_TO_FORGET)).isBefore(now));
      seen.put(relay, now);
      for (Lease each : held) {
        Partition partition = partitions[each.partition()];
        if (partition.isHeldAs(each)) {
          partition.leaseUntil = now.plus(lease);
        }
      }
      return roll(lease);
    }

    @Override
    public List<Lease> take(UUID relay, Duration lease, List<Holding> as) {
      List<Partition> free = new ArrayList<>();
      for (Holding holding : as) {
        Partition partition = partitions[holding.partition()];
        if (partition.epoch == holding.epoch()
            && Optional.ofNullable(partition.owner).equals(holding.owner())
            && partition.leaseUntil.equals(holding.leaseUntil())) {
          requireUnlocked(partition);
          free.add(partition);
        }
      }
      List<Lease> taken = new ArrayList<>();
      for (Partition partition : free) {
        partition.owner = relay;
        partition.epoch++;
        partition.leaseUntil = clock.get().plus(lease);
        taken.add(new Lease(partition.number, relay, partition.epoch));
      }
      return taken;
    }

    @Override
    public void release(List<Lease> leases) {
      for (Lease lease : leases) {
        requireUnlocked(partitions[lease.partition()]);
      }
      for (Lease lease : leases) {
        if (partitions[lease.partition()].isHeldAs(lease)) {
          partitions[lease.partition()].giveBack();
        }
      }
    }

    @Override
    public void leave(UUID relay) {
      for (Partition partition : partitions) {
        if (relay.equals(partition.owner)) {
          requireUnlocked(partition);
          partition.giveBack();
        }
      }
      seen.remove(relay);
    }

    @Override
    public void close() {}
  }
}
