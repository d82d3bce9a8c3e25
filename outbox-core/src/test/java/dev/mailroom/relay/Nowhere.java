package dev.mailroom.relay;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.LeaseStore.Lease;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An outbox without messages and a broker without destinations. */
class Nowhere implements OutboxStore, Transport, LeaseStore {

  @Override
  public List<Destination> destinations() {
    return List.of();
  }

  @Override
  public void remember(List<String> destinations) {}

  @Override
  public List<Row> read(List<Range> ranges, int maxInline) {
    return List.of();
  }

  @Override
  public List<Row> load(List<RowId> rows) {
    return List.of();
  }

  @Override
  public void acknowledge(List<RowId> rows) {}

  @Override
  public Optional<Set<String>> openWriters() {
    return Optional.empty();
  }

  @Override
  public LeaseStore leases() {
    return this;
  }

  @Override
  public Set<OrderedKey> openLanes(Collection<Lease> leases, List<OrderedLane> lanes) {
    return Set.of();
  }

  @Override
  public List<Due> due(
      Set<Integer> partitions, List<String> destinations, int limit, int maxInline) {
    return List.of();
  }

  @Override
  public Set<OrderedKey> settle(Collection<Lease> leases, Settlement settlement) {
    return Set.of();
  }

  @Override
  public Roll look(Duration lease) {
    return new Roll(List.of(), List.of());
  }

  @Override
  public Roll renew(UUID relay, Duration lease, List<Lease> held) {
    return new Roll(List.of(), List.of());
  }

  @Override
  public List<Lease> take(UUID relay, Duration lease, List<Holding> seen) {
    return List.of();
  }

  @Override
  public void release(List<Lease> leases) {}

  @Override
  public void leave(UUID relay) {}

  @Override
  public Limits limits(String destination) {
    return new Limits(false, 10, 1_000);
  }

  @Override
  public int sizeOf(Message message) {
    return 10;
  }

  @Override
  public CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public Duration sendTimeout() {
    return Duration.ofSeconds(5);
  }

  @Override
  public DestinationGate gate(String destination, Ticker ticker) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
