package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.Due;
import dev.mailroom.relay.OutboxStore.Mark;
import dev.mailroom.relay.OutboxStore.OrderedKey;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.relay.OutboxStore.RowId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads parked rows whose time has come: scheduled ones, those to be tried again, the heads of
 * keys, and what operators have marked. Of an ordered key there is one at a time.
 */
final class ParkedReader {

  /** Of each destination: more are not read while so many are in hand, and never more at once. */
  private static final int ENOUGH = 100;

  private static final int MOST_OF_ONE = 2 * ENOUGH;

  /** Of all together, in rows and in bytes of their content. */
  private static final int MOST_OF_ALL = 10_000;

  private static final int MOST_BYTES = 4 << 20;

  /** What becomes of the rows. */
  interface Intake {
    void due(Slot slot, Row row);

    void discard(Slot slot);

    /** All rows of one read were handed over. */
    void pause();
  }

  private final Environment environment;
  private final StoreCalls<OutboxStore> calls;
  private final ContentLoader loader;
  private final Lanes lanes;
  private final Supplier<Collection<DestinationQueue>> queues;
  private final Intake intake;
  private final ReadLedger ledger = new ReadLedger(this::forget);
  private final Map<RowId, Slot> inHand = new HashMap<>();
  private final Map<String, Integer> inHandOf = new HashMap<>();
  private final Set<OrderedKey> heads = new HashSet<>();
  private Supplier<Collection<Tenure>> tenures = List::of;
  private final Alarm next;
  private boolean reading;
  private boolean again;
  private boolean stopped;

  ParkedReader(
      Environment environment,
      StoreCalls<OutboxStore> calls,
      ContentLoader loader,
      Lanes lanes,
      Supplier<Collection<DestinationQueue>> queues,
      Intake intake) {
    this.environment = environment;
    this.calls = calls;
    this.loader = loader;
    this.lanes = lanes;
    this.queues = queues;
    this.intake = intake;
    next = new Alarm(environment.timeline(), this::read);
  }

  void start(Supplier<Collection<Tenure>> held) {
    tenures = held;
    read();
  }

  void stop() {
    stopped = true;
  }

  /** There may be something due just now. */
  void hurry() {
    again = true;
    if (!reading) {
      read();
    }
  }

  /** These are no longer parked as they were. */
  void gone(List<Slot> slots) {
    ledger.forgetLater(slots);
  }

  /** Lets go of what is in hand of a partition whose tenure has ended. */
  void forget(Tenure tenure) {
    List.copyOf(inHand.values()).stream()
        .filter(slot -> slot.tenure() == tenure)
        .forEach(this::forget);
  }

  private void forget(Slot slot) {
    if (inHand.remove(slot.id, slot)) {
      inHandOf.merge(slot.queue().name, -1, Integer::sum);
      slot.orderedKey().ifPresent(heads::remove);
    }
  }

  private void read() {
    next.unset();
    again = false;
    if (stopped) {
      return;
    }
    Set<Tenure> held = Set.copyOf(tenures.get());
    Set<Integer> partitions = new HashSet<>();
    held.forEach(tenure -> partitions.add(tenure.partition()));
    List<String> destinations =
        queues.get().stream()
            .filter(DestinationQueue::wantsMore)
            .map(queue -> queue.name)
            .filter(name -> inHandOf.getOrDefault(name, 0) < ENOUGH)
            .sorted()
            .toList();
    if (partitions.isEmpty() || destinations.isEmpty()) {
      readAfter(environment.settings().pollCold());
      return;
    }
    reading = true;
    long number = ledger.begin();
    int limit = Math.min(MOST_OF_ONE, Math.max(10, MOST_OF_ALL / destinations.size()));
    int most = limit * destinations.size();
    int inline = Math.min(loader.inlineBytes(most), MOST_BYTES / most);
    calls.run(
        "read parked messages",
        store -> store.due(partitions, destinations, limit, inline),
        rows -> {
          rows.forEach(row -> take(held, row));
          ledger.end(number);
          intake.pause();
          readAfter(again ? Duration.ZERO : environment.settings().pollCold());
        },
        wait -> {
          ledger.end(number);
          readAfter(wait);
        });
  }

  private void readAfter(Duration wait) {
    reading = false;
    next.set(wait);
  }

  /**
   * Takes a row in.
   *
   * @param held since before the row was read; of another partition it may be gone by now
   */
  private void take(Set<Tenure> held, Due due) {
    LaneWindow lane = lanes.get(due.row().id().lane());
    if (lane == null
        || !held.contains(lane.tenure)
        || !lane.tenure.isHeld()
        || inHand.containsKey(due.row().id())) {
      return;
    }
    Slot slot = Slot.parked(lane, due);
    Optional<OrderedKey> key = slot.orderedKey();
    if (key.isPresent() && !heads.add(key.get())) {
      return;
    }
    inHand.put(slot.id, slot);
    inHandOf.merge(slot.queue().name, 1, Integer::sum);
    if (due.mark().equals(Optional.of(Mark.DISCARD))) {
      intake.discard(slot);
    } else {
      intake.due(slot, due.row());
    }
  }
}
