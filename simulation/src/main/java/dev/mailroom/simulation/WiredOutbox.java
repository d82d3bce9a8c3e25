package dev.mailroom.simulation;

import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The outbox as one relay reaches it. */
record WiredOutbox(OutboxStore outbox, Wire wire, ServerWatch watch, LeaseStore leases)
    implements OutboxStore {

  @Override
  public List<Destination> destinations() {
    return wire.call(found -> "knows " + found, outbox::destinations);
  }

  @Override
  public void remember(List<String> destinations) {
    wire.perform(() -> "remembers " + destinations, () -> outbox.remember(destinations));
  }

  @Override
  public List<Row> read(List<Range> ranges, int maxInline) {
    return watch.call(rows -> "reads " + names(rows), () -> outbox.read(ranges, maxInline));
  }

  @Override
  public List<Row> load(List<RowId> rows) {
    return wire.call(found -> "loads " + names(found), () -> outbox.load(rows));
  }

  @Override
  public void acknowledge(List<RowId> rows) {
    wire.perform(() -> "deletes " + idNames(rows), () -> outbox.acknowledge(rows));
  }

  @Override
  public Optional<Set<String>> openWriters() {
    return watch.call(writers -> "has the writers " + writers, outbox::openWriters);
  }

  @Override
  public Set<OrderedKey> openLanes(Collection<Lease> held, List<OrderedLane> lanes) {
    return wire.call(
        keys -> "opens lanes in which " + keys + " wait", () -> outbox.openLanes(held, lanes));
  }

  @Override
  public List<Due> due(
      Set<Integer> partitions, List<String> destinations, int limit, int maxInline) {
    return wire.call(
        due -> "finds due " + names(due.stream().map(Due::row).toList()),
        () -> outbox.due(partitions, destinations, limit, maxInline));
  }

  @Override
  public Set<OrderedKey> settle(Collection<Lease> held, Settlement settlement) {
    return wire.call(free -> told(settlement, free), () -> outbox.settle(held, settlement));
  }

  private String told(Settlement settlement, Set<OrderedKey> free) {
    return "parks "
        + idNames(settlement.park().stream().map(Parking::id).toList())
        + ", parks anew "
        + idNames(settlement.repark().stream().map(Parking::id).toList())
        + ", removes "
        + idNames(settlement.remove())
        + ", lets go "
        + free;
  }

  private List<String> names(List<Row> rows) {
    return idNames(rows.stream().map(Row::id).toList());
  }

  private List<String> idNames(List<RowId> ids) {
    return ids.stream().map(wire::nameOf).toList();
  }
}
