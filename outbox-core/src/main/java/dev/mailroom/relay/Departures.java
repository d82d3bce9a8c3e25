package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.RowId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
  private final Consumer<List<Slot>> gone;
  private final Deque<Slot> accepted = new ArrayDeque<>();
  private final Deque<Parked> parked = new ArrayDeque<>();
  private boolean acknowledging;
  private boolean parking;
  private boolean flushDue;
  private boolean hurry;

  /**
   * @param gone takes the slots whose rows are gone
   */
  Departures(Environment environment, StoreCalls calls, Consumer<List<Slot>> gone) {
    this.environment = environment;
    this.calls = calls;
    this.gone = gone;
  }

  /** The broker has the message: its row may go. */
  void acknowledge(Slot slot) {
    accepted.add(slot);
    if (hurry || accepted.size() >= environment.settings().acknowledgeRows()) {
      flush();
    } else if (!flushDue) {
      flushDue = true;
      environment.timeline().schedule(environment.settings().acknowledgeDelay(), this::flush);
    }
  }

  void park(Slot slot, ParkedState state, String error) {
    parked.add(new Parked(slot, new Parking(slot.id, state, slot.attempts, error)));
    park();
  }

  /** From now on nothing waits for company. */
  void hurry() {
    hurry = true;
    flush();
  }

  boolean isEmpty() {
    return accepted.isEmpty() && parked.isEmpty() && !acknowledging && !parking;
  }

  private void flush() {
    flushDue = false;
    if (acknowledging || accepted.isEmpty()) {
      return;
    }
    acknowledging = true;
    List<Slot> group = next(accepted);
    List<RowId> ids = group.stream().map(slot -> slot.id).toList();
    calls.run(
        "acknowledge",
        store -> {
          store.acknowledge(ids);
          return ids.size();
        },
        count -> {
          acknowledging = false;
          environment.listener().acknowledged(count);
          gone.accept(group);
          afterFlush();
        },
        wait -> {
          group.forEach(accepted::addFirst);
          environment
              .timeline()
              .schedule(
                  wait,
                  () -> {
                    acknowledging = false;
                    flush();
                  });
        });
  }

  private void afterFlush() {
    if (hurry || accepted.size() >= environment.settings().acknowledgeRows()) {
      flush();
    } else if (!accepted.isEmpty() && !flushDue) {
      flushDue = true;
      environment.timeline().schedule(environment.settings().acknowledgeDelay(), this::flush);
    }
  }

  private void park() {
    if (parking || parked.isEmpty()) {
      return;
    }
    parking = true;
    List<Parked> group = next(parked);
    List<Parking> rows = group.stream().map(Parked::parking).toList();
    calls.run(
        "park",
        store -> {
          store.park(rows);
          return rows.size();
        },
        count -> {
          parking = false;
          group.forEach(this::tell);
          gone.accept(group.stream().map(Parked::slot).toList());
          park();
        },
        wait -> {
          group.forEach(parked::addFirst);
          environment
              .timeline()
              .schedule(
                  wait,
                  () -> {
                    parking = false;
                    park();
                  });
        });
  }

  private void tell(Parked each) {
    RowId id = each.slot.id;
    environment.listener().parked(id.lane().destination(), id.messageId(), each.parking.error());
  }

  private <T> List<T> next(Deque<T> queue) {
    List<T> group = new ArrayList<>();
    while (!queue.isEmpty() && group.size() < environment.settings().acknowledgeRows()) {
      group.add(queue.remove());
    }
    return group;
  }
}
