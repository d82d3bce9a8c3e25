package dev.mailroom.simulation;

import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * An outbox in memory, with transactions as PostgreSQL has them: what is written is seen from the
 * commit on, a seq is drawn long before, and a writer shows as open in between.
 */
final class MemoryOutbox implements OutboxStore {

  private static final Comparator<ParkedRow> BY_DUE =
      Comparator.comparing(ParkedRow::dueAt).thenComparingLong(parked -> parked.row.id().seq());

  final LaneTable<StoredRow> hot = new LaneTable<>(StoredRow::id);
  final LaneTable<ParkedRow> parked = new LaneTable<>(parked -> parked.row.id());

  /** Rows that an operator keeps locked. */
  final Set<RowId> locked = new HashSet<>();

  /** How often relays have read. */
  long reads;

  /** How many rows of these were found without a mark. */
  long unmarked;

  private final MemoryLeases leases;
  private final Supplier<Instant> clock;
  private final Runnable between;
  private final TreeMap<String, Boolean> remembered = new TreeMap<>();
  private final Set<WriterTransaction> open = new LinkedHashSet<>();
  private final Set<UUID> wereDead = new HashSet<>();

  /** Acknowledgements that a crash would lose, for they need not be on disk yet. */
  private final List<StoredRow> unflushed = new ArrayList<>();

  private long seq;
  private int transactions;

  /**
   * @param between what goes on elsewhere while a transaction is in the middle of its steps
   */
  MemoryOutbox(MemoryLeases leases, Supplier<Instant> clock, Runnable between) {
    this.leases = leases;
    this.clock = clock;
    this.between = between;
  }

  // ---- writers

  WriterTransaction begin() {
    return new WriterTransaction(this, "tx" + ++transactions);
  }

  void opened(WriterTransaction transaction) {
    open.add(transaction);
  }

  RowId draw(String destination, String spread, UUID id) {
    Lane lane = new Lane(destination, Math.floorMod(spread.hashCode(), Lane.PARTITIONS));
    return new RowId(lane, ++seq, id);
  }

  void ended(WriterTransaction transaction, List<StoredRow> rows, List<ParkedRow> scheduled) {
    open.remove(transaction);
    rows.forEach(hot::put);
    scheduled.forEach(parked::put);
    unflushed.clear();
  }

  Instant now() {
    return clock.get();
  }

  boolean isQuiet() {
    return open.isEmpty() && hot.size() == 0 && parked.size() == 0;
  }

  boolean holds(RowId id) {
    return hot.get(id) != null || parked.get(id) != null;
  }

  // ---- operators

  void pause(String destination, boolean paused) {
    remembered.put(destination, paused);
  }

  void mark(ParkedRow row, Mark mark) {
    row.mark(mark, clock.get());
  }

  boolean wasDead(UUID message) {
    return wereDead.contains(message);
  }

  /**
   * Another server takes over: open transactions are rolled back, some of the last acknowledgements
   * are undone, and the sequence goes on where the rows end.
   */
  void failOver(BooleanSupplier undone) {
    List.copyOf(open).forEach(WriterTransaction::rollback);
    boolean lost = false;
    for (StoredRow row : unflushed) {
      lost |= undone.getAsBoolean();
      if (lost) { // and all that were written after it
        hot.put(row);
      }
    }
    unflushed.clear();
    seq = Math.max(hot.highestSeq(), parked.highestSeq());
  }

  // ---- the relay

  @Override
  public List<Destination> destinations() {
    Set<String> names = new TreeSet<>(remembered.keySet());
    hot.forEach(row -> names.add(row.id().lane().destination()));
    parked.forEach(row -> names.add(row.row.id().lane().destination()));
    List<Destination> found = new ArrayList<>();
    for (String name : names) {
      found.add(new Destination(name, remembered.getOrDefault(name, false)));
    }
    return found;
  }

  @Override
  public void remember(List<String> destinations) {
    destinations.forEach(name -> remembered.putIfAbsent(name, false));
  }

  @Override
  public List<Row> read(List<Range> ranges, int maxInline) {
    reads++;
    List<Row> found = new ArrayList<>();
    for (Range range : ranges) {
      int left = range.limit();
      for (StoredRow row : hot.range(range.lane(), range.after(), range.upTo()).values()) {
        if (left-- == 0) {
          break;
        }
        found.add(row.shown(row.id().seq() <= range.known(), maxInline));
        unmarked += range.after() == 0 && range.upTo() == Long.MAX_VALUE ? 1 : 0;
      }
    }
    return found;
  }

  @Override
  public List<Row> load(List<RowId> ids) {
    List<Row> found = new ArrayList<>();
    for (RowId id : ids) {
      StoredRow row = hot.get(id);
      ParkedRow other = row == null ? parked.get(id) : null;
      if (row != null) {
        found.add(row.full());
      } else if (other != null) {
        found.add(other.row.full());
      }
    }
    return found;
  }

  @Override
  public void acknowledge(List<RowId> ids) {
    if (ids.stream().anyMatch(locked::contains)) {
      throw new Refused("a row is locked", new TimeoutException("its lock"));
    }
    for (RowId id : ids) {
      StoredRow row = hot.remove(id);
      if (row != null) {
        unflushed.add(row);
      }
    }
  }

  @Override
  public Optional<Set<String>> openWriters() {
    Set<String> names = new LinkedHashSet<>();
    open.forEach(transaction -> names.add(transaction.name));
    return Optional.of(names);
  }

  @Override
  public LeaseStore leases() {
    return leases.view();
  }

  @Override
  public Set<OrderedKey> openLanes(Collection<Lease> held, List<OrderedLane> lanes) {
    return underLease(
        held,
        () -> {
          Set<OrderedKey> waiting = new LinkedHashSet<>();
          for (OrderedLane lane : lanes) {
            for (ParkedRow row : parked.lane(lane.lane())) {
              row.row
                  .key()
                  .map(key -> new OrderedKey(lane, key))
                  .filter(key -> row.ordered && isWaiting(key))
                  .ifPresent(waiting::add);
            }
          }
          return waiting;
        });
  }

  @Override
  public List<Due> due(
      Set<Integer> partitions, List<String> destinations, int limit, int maxInline) {
    Instant now = clock.get();
    Map<String, List<ParkedRow>> rows = new HashMap<>();
    parked.forEach(
        row -> {
          Lane lane = row.row.id().lane();
          if (partitions.contains(lane.partition()) && row.isDue(now)) {
            rows.computeIfAbsent(lane.destination(), name -> new ArrayList<>()).add(row);
          }
        });
    List<Due> due = new ArrayList<>();
    for (String destination : destinations) {
      List<ParkedRow> its = rows.getOrDefault(destination, List.of());
      its.stream().sorted(BY_DUE).limit(limit).forEach(row -> due.add(row.due(maxInline)));
    }
    return due;
  }

  @Override
  public Set<OrderedKey> settle(Collection<Lease> held, Settlement settlement) {
    return underLease(held, () -> settle(settlement));
  }

  private Set<OrderedKey> settle(Settlement settlement) {
    Instant now = clock.get();
    for (Parking parking : settlement.park()) {
      StoredRow row = hot.remove(parking.id());
      if (row != null) {
        parked.put(ParkedRow.parked(row, parking, now));
        noteDead(parking);
      }
    }
    for (Parking parking : settlement.repark()) {
      ParkedRow row = parked.get(parking.id());
      if (row != null) {
        row.park(parking, now);
        noteDead(parking);
      }
    }
    settlement.remove().forEach(parked::remove);
    Set<OrderedKey> free = new LinkedHashSet<>();
    for (OrderedKey key : settlement.keys()) {
      if (!isWaiting(key)) {
        free.add(key);
      }
    }
    return free;
  }

  private void noteDead(Parking parking) {
    if (parking.state() == ParkedState.DEAD) {
      wereDead.add(parking.id().messageId());
    }
  }

  /** Whether later messages of a key have to wait; if so, its first row may go. */
  private boolean isWaiting(OrderedKey key) {
    for (ParkedRow row : parked.lane(key.lane().lane())) {
      if (row.isWaitedFor(key)) {
        row.letGo(clock.get());
        return true;
      }
    }
    return false;
  }

  /** Checks the leases and keeps them from changing hands until the work is committed. */
  private <T> T underLease(Collection<Lease> held, Supplier<T> work) {
    leases.lock(held);
    try {
      between.run();
      T result = work.get();
      unflushed.clear();
      return result;
    } finally {
      leases.unlock(held);
    }
  }
}
