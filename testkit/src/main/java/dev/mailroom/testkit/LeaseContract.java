package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Holding;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.LeaseStore.Presence;
import dev.mailroom.relay.OutboxStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the relay relies on in a {@link LeaseStore}. */
abstract class LeaseContract {

  static final UUID RELAY = new UUID(0, 1);
  static final UUID OTHER = new UUID(0, 2);
  static final Duration LONG = Duration.ofHours(1);

  final OutboxRows rows = new OutboxRows(this::outbox);
  // Opened by the first test step that needs it.
  private @Nullable LeaseStore leases;

  /** The outbox to test, empty and the same throughout a test. */
  protected abstract StoreUnderTest outbox();

  final OutboxStore store() {
    return outbox().store();
  }

  final LeaseStore leases() {
    if (leases == null) {
      leases = store().leases();
    }
    return leases;
  }

  @AfterEach
  void closeLeases() {
    if (leases != null) {
      leases.close();
    }
  }

  final List<Holding> partitions() {
    return leases().look(LONG).partitions();
  }

  final Holding partition(int number) {
    return partitions().get(number);
  }

  final Lease taken(UUID relay, int partition) {
    List<Lease> taken = leases().take(relay, LONG, List.of(partition(partition)));
    assertThat(taken).hasSize(1);
    return taken.get(0);
  }

  @Test
  void atFirstNobodyIsThereAndNobodyOwnsAnything() {
    LeaseStore.Roll roll = leases().look(LONG);
    assertThat(roll.relays()).isEmpty();
    assertThat(roll.partitions())
        .extracting(Holding::partition)
        .containsExactlyElementsOf(IntStream.range(0, Lane.PARTITIONS).boxed().toList());
    assertThat(roll.partitions()).allMatch(each -> each.owner().isEmpty() && each.expired());
  }

  @Test
  void takesPartitionsWithTheNextEpoch() {
    List<Holding> before = partitions();
    List<Lease> taken = leases().take(RELAY, LONG, List.of(before.get(3), before.get(1)));
    assertThat(taken)
        .containsExactlyInAnyOrder(
            new Lease(3, RELAY, before.get(3).epoch() + 1),
            new Lease(1, RELAY, before.get(1).epoch() + 1));
    for (Lease lease : taken) {
      Holding now = partition(lease.partition());
      assertThat(now.owner()).contains(RELAY);
      assertThat(now.epoch()).isEqualTo(lease.epoch());
      assertThat(now.expired()).isFalse();
      assertThat(now.leaseUntil()).isAfter(before.get(lease.partition()).leaseUntil());
    }
    assertThat(partition(2)).isEqualTo(before.get(2));
    assertThat(leases().take(RELAY, LONG, List.of())).isEmpty();
  }

  @Test
  void aLeaseEndsByItself() {
    leases().take(RELAY, Duration.ZERO, List.of(partition(0)));
    assertThat(partition(0).owner()).contains(RELAY);
    assertThat(partition(0).expired()).isTrue();
  }

  @Test
  void takesOnlyWhatIsStillAsSeen() {
    Holding free = partition(0);
    Lease first = taken(RELAY, 0);
    assertThat(leases().take(OTHER, LONG, List.of(free))).as("taken meanwhile").isEmpty();

    Holding held = partition(0);
    leases().renew(RELAY, LONG, List.of(first));
    Holding stillFree = partition(1);
    assertThat(leases().take(OTHER, LONG, List.of(held, stillFree)))
        .as("renewed meanwhile; the other one was not")
        .containsExactly(new Lease(1, OTHER, stillFree.epoch() + 1));

    Holding renewed = partition(0);
    leases().release(List.of(first));
    assertThat(leases().take(OTHER, LONG, List.of(renewed))).as("released meanwhile").isEmpty();
    assertThat(taken(OTHER, 0).epoch()).isEqualTo(first.epoch() + 1);
  }

  @Test
  void renewsOnlyWhatIsStillHeld() {
    Lease kept = taken(RELAY, 0);
    Lease lost = taken(RELAY, 1);
    Lease others = taken(OTHER, 1);
    Lease older = new Lease(0, RELAY, kept.epoch() - 1);
    List<Holding> before = partitions();
    assertThat(leases().renew(RELAY, LONG, List.of(older)).partitions()).isEqualTo(before);

    List<Holding> after = leases().renew(RELAY, LONG, List.of(lost, kept)).partitions();
    assertThat(after.get(0).leaseUntil()).isAfter(before.get(0).leaseUntil());
    assertThat(after.get(0).epoch()).isEqualTo(kept.epoch());
    assertThat(after.get(1)).isEqualTo(before.get(1));
    assertThat(after.get(1).epoch()).isEqualTo(others.epoch());
    assertThat(partitions()).isEqualTo(after);
  }

  @Test
  void aRenewalShowsThatTheRelayIsAlive() {
    List<Presence> first = leases().renew(OTHER, LONG, List.of()).relays();
    assertThat(first).extracting(Presence::relay).containsExactly(OTHER);
    List<Presence> both = leases().renew(RELAY, LONG, List.of()).relays();
    assertThat(both).extracting(Presence::relay).containsExactly(RELAY, OTHER);
    assertThat(both).allMatch(Presence::fresh);
    assertThat(leases().renew(OTHER, LONG, List.of()).relays().get(1).seenAt())
        .isAfter(first.get(0).seenAt());

    List<Presence> seen = leases().look(Duration.ZERO).relays();
    assertThat(seen).hasSize(2).noneMatch(Presence::fresh);
    assertThat(leases().look(LONG).relays()).allMatch(Presence::fresh);
  }

  @Test
  void strikesOffRelaysThatWereNotSeenForManyLeases() {
    leases().renew(OTHER, LONG, List.of());
    assertThat(leases().renew(RELAY, LONG, List.of()).relays()).hasSize(2);
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (leases().renew(RELAY, Duration.ofMillis(1), List.of()).relays().size() > 1
        && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    // Seen anew: a moment without the processor is many leases of a millisecond.
    assertThat(leases().renew(RELAY, LONG, List.of()).relays())
        .extracting(Presence::relay)
        .containsExactly(RELAY);
  }

  @Test
  void relaysThatRenewAtTheSameTimeDoNotHinderEachOther() {
    List<CompletableFuture<Void>> relays =
        IntStream.range(1, 5)
            .mapToObj(number -> new UUID(0, number))
            .map(relay -> CompletableFuture.runAsync(() -> renewOften(relay)))
            .toList();
    relays.forEach(CompletableFuture::join);
    assertThat(leases().look(LONG).relays()).hasSize(4);
  }

  private void renewOften(UUID relay) {
    try (LeaseStore own = store().leases()) {
      for (int i = 0; i < 100; i++) {
        own.renew(relay, LONG, List.of());
      }
    }
  }

  @Test
  void givesBackOnlyWhatIsStillHeld() {
    Lease lease = taken(RELAY, 0);
    Lease lost = taken(RELAY, 1);
    Lease others = taken(OTHER, 1);
    leases().release(List.of(lost, lease));
    Holding released = partition(0);
    assertThat(released.owner()).isEmpty();
    assertThat(released.expired()).isTrue();
    assertThat(released.epoch()).isEqualTo(lease.epoch());
    assertThat(partition(1).owner()).contains(others.owner());
    leases().release(List.of());
  }

  @Test
  void whoLeavesGivesBackAll() {
    leases().renew(RELAY, LONG, List.of());
    leases().renew(OTHER, LONG, List.of());
    taken(RELAY, 0);
    taken(RELAY, 7);
    Lease others = taken(OTHER, 3);
    leases().leave(RELAY);
    leases().leave(RELAY);
    LeaseStore.Roll roll = leases().look(LONG);
    assertThat(roll.relays()).extracting(Presence::relay).containsExactly(OTHER);
    assertThat(roll.partitions())
        .filteredOn(each -> each.owner().isPresent())
        .extracting(Holding::partition, Holding::owner)
        .containsExactly(tuple(others.partition(), Optional.of(OTHER)));
  }

  @Test
  void severalViewsShowTheSame() {
    Lease lease = taken(RELAY, 5);
    try (LeaseStore second = store().leases()) {
      assertThat(second.look(LONG).partitions()).isEqualTo(partitions());
      second.release(List.of(lease));
    }
    assertThat(partition(5).owner()).isEmpty();
  }
}
