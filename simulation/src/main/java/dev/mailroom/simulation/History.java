package dev.mailroom.simulation;

import dev.mailroom.relay.Relay;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * One run of several relays against writers, operators and faults, all of it decided by a seed.
 * First everything happens at once; then faults end, and all has to come to rest.
 */
final class History {

  private static final List<String> DESTINATIONS =
      List.of("orders.fifo", "news", "ledger.fifo", "mail");

  /** Histories in which all that is written meets in a few lanes. */
  private static final double NARROW = 0.3;

  /** Histories in which memory is short, and most messages are large. */
  private static final double SHORT_OF_MEMORY = 0.2;

  /** Six large messages, of which a load may bring two at first. */
  private static final long TIGHT = 64 << 10;

  private static final long ROOMY = 64 << 20;

  /** More than the longest wait of a relay after a fault. */
  private static final long DRAIN = 60 * Loop.SECOND;

  private static final long DRAIN_CALM = 20 * Loop.SECOND;

  /** Many late writers of one key take turns. */
  private static final long WRITERS = 600 * Loop.SECOND;

  private static final long LEAVING = 20 * Loop.SECOND;
  private static final int LAST_LINES = 60;

  private final World world;
  private final Dice dice;
  private final Climate climate;
  private final List<String> destinations;
  private final long phase;
  private final boolean tight;
  private boolean rested;

  private History(long seed, Journal journal) {
    world = new World(seed, journal);
    dice = world.dice.split();
    climate = Climate.draw(dice);
    int most = dice.chance(NARROW) ? 1 : DESTINATIONS.size();
    destinations = DESTINATIONS.subList(0, dice.between(1, most));
    phase = Loop.SECOND * dice.between(3, 10);
    tight = dice.chance(SHORT_OF_MEMORY);
  }

  static Verdict run(long seed) {
    return run(seed, Journal.none());
  }

  private static Verdict run(long seed, Journal journal) {
    History history = new History(seed, journal);
    history.run();
    return new Verdict(seed, history.world.audit.complaints(), history.world.loop.events());
  }

  /** The same again, as a person would read it. */
  static String tell(long seed) {
    Journal journal = Journal.kept();
    Verdict verdict = run(seed, journal);
    List<String> subjects =
        verdict.complaints().stream().flatMap(each -> each.subjects().stream()).toList();
    StringBuilder text = new StringBuilder();
    verdict.complaints().forEach(each -> text.append(each).append('\n'));
    text.append(journal.tell(subjects, LAST_LINES));
    return text.toString();
  }

  private void run() {
    world.settings(settings());
    world.climate(climate);
    WriterPlans plans = new WriterPlans(dice, climate, destinations, phase, tight ? 0.7 : 0.05);
    Runnable write = () -> write(plans.next());
    new Troubles(world, climate, destinations, phase, write).schedule();
    scheduleWriters(write);
    scheduleOperators();
    world.loop.run(phase);
    world.note(() -> "faults end");
    world.climate(Climate.calm(climate.deadLetters()));
    world.writers.spoil(0);
    world.loop.after(dice.upTo(3 * Loop.SECOND), world.broker::repairAll);
    drain();
    leave();
    world.audit.close();
  }

  private Consumer<Relay.Builder> settings() {
    int window = dice.between(10, 60);
    int batches = dice.between(1, 4);
    int attempts = dice.between(2, 5);
    Duration hot = Duration.ofMillis(dice.between(10, 50));
    long bytes = tight ? TIGHT : ROOMY;
    return builder ->
        builder
            .bufferedBytes(bytes)
            .window(window)
            .batchesInFlight(batches)
            .attempts(attempts)
            .poll(hot, Duration.ofMillis(250));
  }

  private void scheduleWriters(Runnable write) {
    for (int i = dice.between(20, 80); i > 0; i--) {
      world.loop.after(dice.upTo(phase), write);
    }
  }

  private void write(Writers.Plan plan) {
    world.writers.write(plan);
    if (dice.chance(0.3)) {
      world.alive().forEach(instance -> instance.wake(plan.destination()));
    }
  }

  private void scheduleOperators() {
    world.loop.after(dice.upTo(2 * Loop.SECOND), this::operate);
  }

  private void operate() {
    if (world.loop.now() < phase) {
      world.operators.actOnSome();
      scheduleOperators();
    } else {
      world.operators.actOnAll();
      world.loop.after(300 * Loop.MILLI, this::operate);
    }
  }

  private void drain() {
    look();
    world.loop.runUntil(world.writers::areDone, WRITERS);
    long limit = (climate.isCalm() ? DRAIN_CALM : DRAIN) + world.database.behind();
    if (!world.loop.runUntil(() -> rested, limit)) {
      complainOfRest();
    }
  }

  private void look() {
    rested = world.isSettled() && world.isShared() && !world.isSomeoneLeaving();
    world.loop.after(20 * Loop.MILLI, this::look);
  }

  private void complainOfRest() {
    if (!world.isSettled()) {
      world.audit.complainOfRows();
    } else if (!world.isShared()) {
      world.audit.complain(Promise.UNFAIR, "the partitions are shared as " + shares());
    } else {
      world.audit.complain(Promise.STUCK, "a relay does not come to its end");
    }
  }

  private String shares() {
    StringBuilder text = new StringBuilder();
    for (Instance each : world.alive()) {
      text.append(String.format(Locale.ROOT, "%s %s ", each.name(), each.owned()));
    }
    return text.toString();
  }

  private void leave() {
    world.alive().forEach(Instance::stop);
    if (!world.loop.runUntil(() -> !world.isSomeoneLeaving(), LEAVING)) {
      world.audit.complain(Promise.STUCK, "a relay does not leave");
    }
  }
}
