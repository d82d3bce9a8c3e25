package dev.mailroom.simulation;

import dev.mailroom.relay.LeaseStore;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The leases as one relay reaches them.
 *
 * @param identity told by which ids the relay goes
 */
record WiredLeases(LeaseStore leases, Wire wire, Consumer<UUID> identity) implements LeaseStore {

  @Override
  public Roll look(Duration lease) {
    return wire.call(roll -> "shows the leases", () -> leases.look(lease));
  }

  @Override
  public Roll renew(UUID relay, Duration lease, List<Lease> held) {
    identity.accept(relay);
    return wire.call(roll -> "renews " + held, () -> leases.renew(relay, lease, held));
  }

  @Override
  public List<Lease> take(UUID relay, Duration lease, List<Holding> seen) {
    identity.accept(relay);
    return wire.call(taken -> "gives " + taken, () -> leases.take(relay, lease, seen));
  }

  @Override
  public void release(List<Lease> held) {
    wire.perform(() -> "frees " + held, () -> leases.release(held));
  }

  @Override
  public void leave(UUID relay) {
    wire.perform(() -> "strikes it off", () -> leases.leave(relay));
  }

  @Override
  public void close() {}
}
