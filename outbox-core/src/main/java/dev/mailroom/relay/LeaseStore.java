package dev.mailroom.relay;

import dev.mailroom.outbox.MailroomException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Which relays are alive and which of them owns which partition, as the database has it. Used by
 * one thread at a time, over a connection of its own, so that neither a slow read nor an exhausted
 * pool delays a renewal. Each call is one transaction and fails by itself within a second or two. A
 * call that fails throws; the relay tries again.
 */
public interface LeaseStore extends AutoCloseable {

  /**
   * A relay's right to send what is in a partition.
   *
   * @param epoch grows by one whenever the partition changes hands
   */
  record Lease(int partition, UUID owner, long epoch) {}

  /**
   * A relay that has shown itself.
   *
   * @param seenAt when it last did, by the database's clock
   * @param fresh whether that was less than a lease ago by the same clock
   */
  record Presence(UUID relay, Instant seenAt, boolean fresh) {}

  /**
   * How a partition stands.
   *
   * @param owner nobody, once it was released
   * @param leaseUntil when the owner's lease ends by the database's clock; changes at each renewal
   * @param expired whether that time is over by the same clock, or nobody owns it; for those who
   *     look on. A relay goes by its own clock
   */
  record Holding(
      int partition, Optional<UUID> owner, long epoch, Instant leaseUntil, boolean expired) {}

  /** All relays, by id, and all partitions, by number. */
  record Roll(List<Presence> relays, List<Holding> partitions) {}

  /** The relay no longer holds leases that it acted upon. Nothing was written. */
  final class LeaseLost extends MailroomException {
    private static final long serialVersionUID = 1L;

    private final transient List<Lease> leases;

    /** Of these leases. */
    public LeaseLost(List<Lease> leases) {
      super("The leases " + leases + " are no longer this relay's.");
      this.leases = List.copyOf(leases);
    }

    /** Those that are lost. */
    public List<Lease> leases() {
      return leases;
    }
  }

  /** How things stand; changes nothing. */
  Roll look(Duration lease);

  /**
   * Shows that {@code relay} is alive, makes those of its leases that are still its own last for
   * {@code lease} from now by the database's clock, and tells how things stand after that. It also
   * strikes relays off that were not seen for many leases.
   */
  Roll renew(UUID relay, Duration lease, List<Lease> held);

  /**
   * Takes partitions over for {@code lease}, with the next epoch each; those that are no longer as
   * {@code seen} (owner, epoch or lease) are left out.
   */
  List<Lease> take(UUID relay, Duration lease, List<Holding> seen);

  /** Gives leases back, so that another relay can take the partitions at once. */
  void release(List<Lease> leases);

  /** Strikes {@code relay} off and gives back all that it holds. */
  void leave(UUID relay);

  /** Gives the connection back. */
  @Override
  void close();
}
