package dev.mailroom.relay;

import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.relay.OutboxStore.Settlement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How rows leave the relay's hands: deleted in groups once the broker has their messages, or
 * settled: parked, parked anew, removed from where they were parked. What the database fails is
 * tried again; until then the slots stay in their windows, so that nothing is sent twice.
 */
final class Departures {

  /** Rows that one call takes: enough that its round trip no longer counts. */
  private static final int MOST_AT_ONCE = 500;

  /** An accepted message waits so long for others, unless they fill a group before. */
  private static final Duration COMPANY = Duration.ofMillis(5);

  /** What the rest of the engine does about it. */
  interface Observer {
    /** These are no longer where they were read. */
    void gone(List<Slot> slots);

    /** Keys that have nothing parked left to wait for. */
    void free(Set<OrderedKey> keys);
  }

  /**
   * @param parking how the row is to be parked; none if it is to be removed
   */
  private record Settled(Slot slot, @Nullable Parking parking) {}

  private final Environment environment;
  private final StoreCalls<OutboxStore> calls;
  private final Observer observer;
  private final Exit<Slot, List<Slot>> accepted;
  private final Exit<Settled, Set<OrderedKey>> settled;

  /** How many rows of a key are still to be settled; until then it is not free. */
  private final Map<OrderedKey, Integer> unsettled = new HashMap<>();

  private boolean hurry;

  Departures(Environment environment, StoreCalls<OutboxStore> calls, Observer observer) {
    this.environment = environment;
    this.calls = calls;
    this.observer = observer;
    accepted = new Exit<>("acknowledge", COMPANY, Departures::acknowledge, this::acknowledged);
    // Deleted in the order of its key: what is sent again for want of that begins with an earlier
    // message and leaves none out.
    accepted.keyOf = Departures::keyOr;
    settled = new Exit<>("settle", Duration.ZERO, Departures::settle, this::settled);
    settled.isVoid = this::isVoid;
    settled.keyOf = each -> keyOr(each.slot);
  }

  private static Object keyOr(Slot slot) {
    return slot.orderedKey().<Object>map(key -> key).orElse(slot);
  }

  /** The broker has the message: its row may go. */
  void accepted(Slot slot) {
    if (slot.parked) {
      remove(slot);
    } else {
      slot.tenure().enter();
      accepted.add(slot);
    }
  }

  /** Deletes a parked row. */
  void remove(Slot slot) {
    settle(new Settled(slot, null));
  }

  void park(Slot slot, ParkedState state, Duration delay, String error) {
    settle(new Settled(slot, new Parking(slot.id, state, delay, slot.attempts, error)));
  }

  private void settle(Settled each) {
    each.slot.tenure().enter();
    each.slot.orderedKey().ifPresent(key -> unsettled.merge(key, 1, Integer::sum));
    settled.add(each);
  }

  /** From now on nothing waits for company. */
  void hurry() {
    hurry = true;
    accepted.leave();
  }

  private static List<Slot> acknowledge(OutboxStore store, List<Slot> slots) {
    store.acknowledge(slots.stream().map(slot -> slot.id).toList());
    return slots;
  }

  /** The lease is gone: what would have been settled under it is the next owner's business. */
  private boolean isVoid(Settled each) {
    boolean lost = each.slot.tenure().isLost();
    if (lost) {
      out(each);
    }
    return lost;
  }

  private void acknowledged(List<Slot> slots, List<Slot> same) {
    environment.listener().acknowledged(slots.size());
    observer.gone(slots);
    slots.forEach(slot -> slot.tenure().leave());
  }

  private static Set<OrderedKey> settle(OutboxStore store, List<Settled> group) {
    Set<Lease> leases = new HashSet<>();
    List<Parking> park = new ArrayList<>();
    List<Parking> repark = new ArrayList<>();
    List<RowId> remove = new ArrayList<>();
    Set<OrderedKey> keys = new HashSet<>();
    for (Settled each : group) {
      leases.add(each.slot.tenure().lease);
      each.slot.orderedKey().ifPresent(keys::add);
      if (each.parking == null) {
        remove.add(each.slot.id);
      } else {
        (each.slot.parked ? repark : park).add(each.parking);
      }
    }
    return store.settle(leases, new Settlement(park, repark, remove, keys));
  }

  private void settled(List<Settled> group, Set<OrderedKey> withNothingParked) {
    group.forEach(this::out);
    group.forEach(this::tell);
    observer.gone(group.stream().map(Settled::slot).toList());
    Set<OrderedKey> free = new HashSet<>();
    group.stream()
        .filter(each -> each.slot.tenure().isHeld()) // else it tells of an earlier tenure
        .forEach(each -> each.slot.orderedKey().ifPresent(free::add));
    free.retainAll(withNothingParked);
    free.removeAll(unsettled.keySet());
    observer.free(free);
  }

  private void out(Settled each) {
    each.slot
        .orderedKey()
        .ifPresent(key -> unsettled.computeIfPresent(key, (k, n) -> n == 1 ? null : n - 1));
    each.slot.tenure().leave();
  }

  private void tell(Settled each) {
    if (each.parking != null) {
      RowId id = each.slot.id;
      environment
          .listener()
          .parked(
              id.lane().destination(), id.messageId(), each.parking.state(), each.parking.error());
    }
  }

  /** One way out: groups leave one after the other, each by one call to the store. */
  private final class Exit<T, R> {

    private final String name;
    private final Duration company;
    private final BiFunction<OutboxStore, List<T>, R> call;
    private final BiConsumer<List<T>, R> left;
    private final Deque<T> waiting = new ArrayDeque<>();
    private Predicate<T> isVoid = item -> false;
    private Function<T, Object> keyOf = item -> item;
    private int atOnce = MOST_AT_ONCE;
    private boolean leaving;
    private boolean timed;

    /**
     * @param company how long a first one waits for others, unless they fill a group before
     */
    Exit(
        String name,
        Duration company,
        BiFunction<OutboxStore, List<T>, R> call,
        BiConsumer<List<T>, R> left) {
      this.name = name;
      this.company = company;
      this.call = call;
      this.left = left;
    }

    void add(T item) {
      waiting.add(item);
      leaveSoon();
    }

    private void leaveSoon() {
      boolean full = waiting.size() >= MOST_AT_ONCE;
      if (full || hurry || company.isZero()) {
        leave();
      } else if (!timed && !waiting.isEmpty()) {
        timed = true;
        environment.timeline().schedule(company, this::timeIsUp);
      }
    }

    private void timeIsUp() {
      timed = false;
      leave();
    }

    void leave() {
      if (leaving || waiting.isEmpty()) {
        return;
      }
      List<T> group = new ArrayList<>();
      while (!waiting.isEmpty() && group.size() < atOnce) {
        T next = waiting.remove();
        if (!isVoid.test(next)) {
          group.add(next);
        }
      }
      if (group.isEmpty()) {
        return;
      }
      leaving = true;
      calls.run(
          name,
          store -> call.apply(store, group),
          result -> left(group, result),
          wait -> failed(group, wait));
    }

    /** With all of its key behind it, for they must not leave before it. */
    private void sendToTheEnd(T item) {
      Object key = keyOf.apply(item);
      List<T> ofItsKey = waiting.stream().filter(each -> keyOf.apply(each).equals(key)).toList();
      waiting.removeAll(ofItsKey);
      waiting.addAll(ofItsKey);
    }

    private void left(List<T> group, R result) {
      leaving = false;
      atOnce = Math.min(MOST_AT_ONCE, atOnce * 2);
      left.accept(group, result);
      leaveSoon();
    }

    /** One row that cannot be written holds up no others: groups get smaller, and it goes last. */
    private void failed(List<T> group, Duration wait) {
      for (int i = group.size() - 1; i >= 0; i--) {
        waiting.addFirst(group.get(i)); // in the old order, before those that came later
      }
      if (group.size() == 1) {
        sendToTheEnd(group.get(0));
      }
      atOnce = Math.max(1, group.size() / 2);
      environment
          .timeline()
          .schedule(
              wait,
              () -> {
                leaving = false;
                leave();
              });
    }
  }
}
