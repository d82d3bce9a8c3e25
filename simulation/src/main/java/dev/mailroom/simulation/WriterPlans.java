package dev.mailroom.simulation;

import dev.mailroom.simulation.Writers.Kind;
import dev.mailroom.simulation.Writers.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What writers do in a history. */
final class WriterPlans {

  private static final double KEYLESS = 0.15;
  private static final double ROLLBACK = 0.1;
  private static final double LATE = 0.25;

  private final Dice dice;
  private final Climate climate;
  private final List<String> destinations;
  private final long phase;
  private final double large;
  private final int keys;
  private boolean longOne;

  /**
   * @param large the share of large messages
   */
  WriterPlans(Dice dice, Climate climate, List<String> destinations, long phase, double large) {
    this.dice = dice;
    this.climate = climate;
    this.destinations = destinations;
    this.phase = phase;
    this.large = large;
    keys = dice.between(1, destinations.size() == 1 ? 2 : 6);
    longOne = climate.has(Fault.LONG_TRANSACTION);
  }

  Plan next() {
    List<Kind> rows = new ArrayList<>();
    for (int i = dice.between(1, 3); i > 0; i--) {
      rows.add(kind());
    }
    Optional<String> key =
        dice.chance(KEYLESS) ? Optional.empty() : Optional.of("k" + dice.between(1, keys));
    String destination = dice.oneOf(destinations);
    boolean commits = !dice.chance(ROLLBACK);
    if (longOne) {
      longOne = false;
      return new Plan(destination, Optional.of("long"), rows, Loop.SECOND, phase, commits);
    }
    boolean late = climate.has(Fault.LATE_COMMITS) && dice.chance(LATE);
    long held = dice.upTo(late ? 3 * Loop.SECOND : 5 * Loop.MILLI);
    return new Plan(
        destination, key, rows, late ? 300 * Loop.MILLI : 2 * Loop.MILLI, held, commits);
  }

  private Kind kind() {
    if (climate.has(Fault.SCHEDULED) && dice.chance(0.1)) {
      return Kind.SCHEDULED;
    }
    if (dice.chance(climate.chanceOf(Fault.UNDECODABLE))) {
      return Kind.UNDECODABLE;
    }
    return dice.chance(large) ? Kind.LARGE : Kind.MESSAGE;
  }
}
