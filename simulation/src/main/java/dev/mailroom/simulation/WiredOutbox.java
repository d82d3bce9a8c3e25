package dev.mailroom.simulation;

import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The outbox as one relay reaches it. */
record WiredOutbox(OutboxStore outbox, Wire wire, LeaseStore leases) implements OutboxStore {

  @Override
  public List<Destination> destinations() {
    return wire.call(outbox::destinations);
  }

  @Override
  public void remember(List<String> destinations) {
    wire.perform(() -> outbox.remember(destinations));
  }

  @Override
  public List<Row> read(List<Range> ranges, int maxInline) {
    return wire.call(() -> outbox.read(ranges, maxInline));
  }

  @Override
  public List<Row> load(List<RowId> rows) {
    return wire.call(() -> outbox.load(rows));
  }

  @Override
  public void acknowledge(List<RowId> rows) {
    wire.perform(() -> outbox.acknowledge(rows));
  }

  @Override
  public Optional<Set<String>> openWriters() {
    return wire.call(outbox::openWriters);
  }

  @Override
  public Set<OrderedKey> openLanes(Collection<Lease> held, List<OrderedLane> lanes) {
    return wire.call(() -> outbox.openLanes(held, lanes));
  }

  @Override
  public List<Due> due(
      Set<Integer> partitions, List<String> destinations, int limit, int maxInline) {
    return wire.call(() -> outbox.due(partitions, destinations, limit, maxInline));
  }

  @Override
  public Set<OrderedKey> settle(Collection<Lease> held, Settlement settlement) {
    return wire.call(() -> outbox.settle(held, settlement));
  }
}
