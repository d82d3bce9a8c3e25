package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.RowId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * How rows leave the hot table: deleted in groups once the broker has their messages, or parked.
 * What the database fails is tried again; until then the slots stay in their windows, so that
 * nothing is sent twice.
 */
final class Departures {

  private record Parked(Slot slot, Parking parking) {}

  private final Environment environment;
  private final StoreCalls calls;
  private final Exit<Slot> accepted;
  private final Exit<Parked> parked;
  private boolean hurry;

  /**
   * @param gone takes the slots whose rows are gone
   */
  Departures(Environment environment, StoreCalls calls, Consumer<List<Slot>> gone) {
    this.environment = environment;
    this.calls = calls;
    Duration company = environment.settings().acknowledgeDelay();
    accepted =
        new Exit<>(
            "acknowledge",
            company,
            (store, slots) -> store.acknowledge(slots.stream().map(slot -> slot.id).toList()),
            slots -> {
              environment.listener().acknowledged(slots.size());
              gone.accept(slots);
            });
    parked =
        new Exit<>(
            "park",
            Duration.ZERO,
            (store, group) -> store.park(group.stream().map(Parked::parking).toList()),
            group -> {
              group.forEach(this::tell);
              gone.accept(group.stream().map(Parked::slot).toList());
            });
  }

  /** The broker has the message: its row may go. */
  void acknowledge(Slot slot) {
    accepted.add(slot);
  }

  void park(Slot slot, ParkedState state, String error) {
    parked.add(new Parked(slot, new Parking(slot.id, state, Duration.ZERO, slot.attempts, error)));
  }

  /** From now on nothing waits for company. */
  void hurry() {
    hurry = true;
    accepted.leave();
  }

  boolean isEmpty() {
    return accepted.isEmpty() && parked.isEmpty();
  }

  private void tell(Parked each) {
    RowId id = each.slot.id;
    environment.listener().parked(id.lane().destination(), id.messageId(), each.parking.error());
  }

  /** One way out: groups leave one after the other, each by one call to the store. */
  private final class Exit<T> {

    private final String name;
    private final Duration company;
    private final BiConsumer<OutboxStore, List<T>> call;
    private final Consumer<List<T>> left;
    private final Deque<T> waiting = new ArrayDeque<>();
    private boolean leaving;
    private boolean timed;

    /**
     * @param company how long a first one waits for others, unless they fill a group before
     */
    Exit(
        String name,
        Duration company,
        BiConsumer<OutboxStore, List<T>> call,
        Consumer<List<T>> left) {
      this.name = name;
      this.company = company;
      this.call = call;
      this.left = left;
    }

    void add(T item) {
      waiting.add(item);
      leaveSoon();
    }

    boolean isEmpty() {
      return waiting.isEmpty() && !leaving;
    }

    private void leaveSoon() {
      boolean full = waiting.size() >= environment.settings().acknowledgeRows();
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
      leaving = true;
      List<T> group = new ArrayList<>();
      while (!waiting.isEmpty() && group.size() < environment.settings().acknowledgeRows()) {
        group.add(waiting.remove());
      }
      calls.run(
          name,
          store -> {
            call.accept(store, group);
            return group;
          },
          this::left,
          wait -> failed(group, wait));
    }

    private void left(List<T> group) {
      leaving = false;
      left.accept(group);
      leaveSoon();
    }

    private void failed(List<T> group, Duration wait) {
      for (int i = group.size() - 1; i >= 0; i--) {
        waiting.addFirst(group.get(i));
      }
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
