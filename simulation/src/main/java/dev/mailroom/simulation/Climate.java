package dev.mailroom.simulation;

import dev.mailroom.relay.DeadLetterPolicy;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which faults a history has, and how often those strike that may strike at each step.
 *
 * @param strength the chance of a fault at a step
 */
record Climate(Set<Fault> faults, double strength, DeadLetterPolicy deadLetters) {

  private static final double CALM = 0.15;
  private static final double WILD = 0.25;

  static Climate calm() {
    return calm(DeadLetterPolicy.BLOCK_KEY);
  }

  static Climate calm(DeadLetterPolicy deadLetters) {
    return new Climate(EnumSet.noneOf(Fault.class), 0, deadLetters);
  }

  /** One history in a few has no fault at all: there every repeat counts. */
  static Climate draw(Dice dice) {
    boolean calm = dice.chance(CALM);
    double share = dice.chance(WILD) ? 0.5 : 0.2;
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    for (Fault fault : Fault.values()) {
      if (fault.isEveryday() ? dice.chance(0.4) : !calm && dice.chance(share)) {
        faults.add(fault);
      }
    }
    double strength = 0.01 * dice.between(1, 15);
    return new Climate(
        faults, strength, dice.chance(0.3) ? DeadLetterPolicy.SKIP : DeadLetterPolicy.BLOCK_KEY);
  }

  /** Whether there is nothing that a relay has to recover from. */
  boolean isCalm() {
    return faults.stream().allMatch(Fault::isEveryday);
  }

  boolean has(Fault fault) {
    return faults.contains(fault);
  }

  /** The chance that it strikes at a step. */
  double chanceOf(Fault fault) {
    return has(fault) ? strength : 0;
  }
}
