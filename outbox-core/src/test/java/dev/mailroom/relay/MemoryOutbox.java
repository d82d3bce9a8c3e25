package dev.mailroom.relay;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * An outbox in memory, with transactions as PostgreSQL has them: a seq is drawn at the insert, and
 * the row is seen from the commit on, which may come after that of a later seq.
 */
final class MemoryOutbox implements OutboxStore {

  private final TreeMap<RowId, Row.Loaded> rows = new TreeMap<>();
  private final Set<String> open = new HashSet<>();
  final Map<UUID, Parking> parked = new LinkedHashMap<>();
  private final BooleanSupplier fails;
  private long seq;
  private int transactions;

  MemoryOutbox(BooleanSupplier fails) {
    this.fails = fails;
  }

  /** A writer's transaction. */
  final class Transaction {
    private final String name = "tx" + transactions++;
    private final List<Row.Loaded> written = new ArrayList<>();

    UUID insert(String destination, String key) {
      open.add(name);
      Message message =
          Message.to(destination).type("Test").key(key).payload("seq " + (seq + 1)).build();
      Lane lane = new Lane(destination, Math.floorMod(key.hashCode(), Lane.PARTITIONS));
      RowId id = new RowId(lane, ++seq, message.id());
      written.add(new Row.Loaded(id, new OutboxEntry(message, Instant.EPOCH), 10));
      return message.id();
    }

    void commit() {
      written.forEach(row -> rows.put(row.id(), row));
      open.remove(name);
    }

    void rollback() {
      open.remove(name);
    }
  }

  Transaction begin() {
    return new Transaction();
  }

  int size() {
    return rows.size();
  }

  private void mayFail() {
    if (fails.getAsBoolean()) {
      throw new MailroomException("the connection was lost");
    }
  }

  @Override
  public List<String> destinations() {
    mayFail();
    return rows.keySet().stream().map(id -> id.lane().destination()).distinct().toList();
  }

  @Override
  public List<Row> read(List<Range> ranges, int maxInline) {
    mayFail();
    List<Row> found = new ArrayList<>();
    for (Range range : ranges) {
      rows.values().stream()
          .filter(row -> row.id().lane().equals(range.lane()))
          .filter(row -> row.id().seq() > range.after() && row.id().seq() <= range.upTo())
          .limit(range.limit())
          .forEach(row -> found.add(shown(row, range.known(), maxInline)));
    }
    return found;
  }

  private static Row shown(Row.Loaded row, long known, int maxInline) {
    return row.id().seq() > known && row.size() <= maxInline
        ? row
        : new Row.Listed(row.id(), row.entry().message().key(), row.size());
  }

  @Override
  public List<Row> load(List<RowId> ids) {
    mayFail();
    return ids.stream().filter(rows::containsKey).map(id -> (Row) rows.get(id)).toList();
  }

  @Override
  public void acknowledge(List<RowId> ids) {
    mayFail();
    ids.forEach(rows::remove);
    mayFail(); // the answer to the commit can be lost, too
  }

  @Override
  public Optional<Set<String>> openWriters() {
    mayFail();
    return Optional.of(Set.copyOf(open));
  }

  @Override
  public void park(List<Parking> parkings) {
    mayFail();
    for (Parking parking : parkings) {
      if (rows.remove(parking.id()) != null) {
        parked.put(parking.id().messageId(), parking);
      }
    }
  }

  @Override
  public Set<BlockedKey> blockedKeys() {
    return Set.of();
  }
}
