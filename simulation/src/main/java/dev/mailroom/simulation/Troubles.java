package dev.mailroom.simulation;

import dev.mailroom.simulation.MemoryBroker.Health;
import java.util.List;
import java.util.function.LongConsumer;

/** The faults of a history that have their time and place, and the relays that live in it. */
final class Troubles {

  private static final int MOST_RELAYS = 4;

  private final World world;
  private final Dice dice;
  private final Climate climate;
  private final List<String> destinations;
  private final long phase;
  private final Runnable write;

  /**
   * @param write lets somebody write
   */
  Troubles(World world, Climate climate, List<String> destinations, long phase, Runnable write) {
    this.write = write;
    this.world = world;
    this.dice = world.dice.split();
    this.climate = climate;
    this.destinations = destinations;
    this.phase = phase;
  }

  void schedule() {
    world.startRelay();
    for (int i = dice.between(0, MOST_RELAYS - 1); i > 0; i--) {
      world.loop.after(dice.upTo(Loop.SECOND), world::startRelay);
    }
    sometimes(Fault.HANDOVERS, 3, left -> handOver());
    sometimes(Fault.CRASHES, 3, left -> crash());
    sometimes(Fault.PAUSES, 3, this::pause);
    sometimes(Fault.BROWNOUT, 3, this::brownout);
    sometimes(Fault.NO_ROUTE, 1, this::routeless);
    sometimes(Fault.PAUSED_DESTINATION, 2, this::pauseDestination);
    sometimes(Fault.LEASE_FAILURES, 4, this::cutOff);
    sometimes(Fault.OUTAGES, 2, this::outage);
    sometimes(Fault.FAILOVER, 5, this::failOver);
    sometimes(Fault.PROXIED_FAILOVER, 5, left -> failOverBehindAProxy());
    sometimes(Fault.SILENT_FAILOVER, 5, left -> failOverSilently());
    sometimes(Fault.CLOCK_STEPS, 3, left -> stepClock());
    if (climate.has(Fault.BAD_MESSAGES)) {
      spoil();
    }
  }

  /** Lets it strike up to {@code most} times, and tells each time how long the phase still goes. */
  private void sometimes(Fault fault, int most, LongConsumer strike) {
    if (climate.has(fault)) {
      for (int i = dice.between(1, most); i > 0; i--) {
        long at = dice.upTo(phase - Loop.MILLI);
        world.loop.after(at, () -> strike.accept(phase - at));
      }
    }
  }

  private void handOver() {
    List<Instance> alive = world.alive();
    if (alive.size() < MOST_RELAYS && (alive.size() < 2 || dice.chance(0.5))) {
      world.startRelay();
    } else {
      dice.oneOf(alive).stop();
    }
  }

  private void crash() {
    List<Instance> alive = world.alive();
    dice.oneOf(alive).crash();
    if (alive.size() == 1 || dice.chance(0.7)) {
      world.startRelay();
    }
  }

  private void pause(long left) {
    dice.oneOf(world.alive()).pause(dice.upTo(left));
  }

  private void brownout(long left) {
    String destination = dice.oneOf(destinations);
    Health health = dice.chance(0.5) ? Health.BROWN : Health.DOWN;
    world.note(() -> destination + " is " + health);
    world.broker.health(destination, health);
    world.loop.after(
        dice.upTo(left),
        () -> {
          world.note(() -> destination + " is well again");
          world.broker.health(destination, Health.WELL);
        });
  }

  private void routeless(long left) {
    String destination = dice.oneOf(destinations);
    world.note(() -> destination + " has no route");
    world.broker.route(destination, false);
    world.loop.after(dice.upTo(left), () -> world.broker.route(destination, true));
  }

  private void pauseDestination(long left) {
    String destination = dice.oneOf(destinations);
    world.note(() -> "an operator pauses " + destination);
    world.database.outbox.pause(destination, true);
    world.loop.after(
        dice.upTo(left),
        () -> {
          world.note(() -> "an operator resumes " + destination);
          world.database.outbox.pause(destination, false);
        });
  }

  private void outage(long left) {
    world.audit.excuse("the database goes away");
    world.database.goAway(Math.min(left, 100 * Loop.MILLI + dice.upTo(4 * Loop.SECOND)));
  }

  private void failOver(long left) {
    failing(
        "the database fails over",
        () -> world.database.failOver(Math.min(left, 10 * Loop.MILLI + dice.upTo(Loop.SECOND))));
  }

  private void failOverBehindAProxy() {
    failing("the database fails over behind a proxy", world.database::failOverBehindAProxy);
  }

  private void failOverSilently() {
    world.audit.orderIsLost();
    failing("the database fails over unnoticed", world.database::failOverSilently);
  }

  private void failing(String how, Runnable end) {
    long dying = dice.upTo(200 * Loop.MILLI);
    world.audit.excuse("the database begins to fail");
    world.database.fail(dying);
    world.loop.after(
        dying,
        () -> {
          world.note(() -> how);
          end.run();
          comeBack();
        });
  }

  /** Those whose transactions failed try again. */
  private void comeBack() {
    for (int i = dice.between(0, 6); i > 0; i--) {
      world.loop.after(dice.upTo(200 * Loop.MILLI), write);
    }
  }

  private void cutOff(long left) {
    dice.oneOf(world.alive()).cutOff(Math.min(left, dice.upTo(10 * Loop.SECOND)));
  }

  private void stepClock() {
    long step = (dice.chance(0.5) ? 1 : -1) * dice.upTo(dice.chance(0.5) ? 5 : 60) * Loop.SECOND;
    world.note(() -> "the database's clock steps by " + step / Loop.SECOND + " s");
    world.database.stepClock(step);
  }

  /** Every tenth message or so is bad, until an operator repairs it. */
  private void spoil() {
    world.writers.spoil(0.1);
  }
}
