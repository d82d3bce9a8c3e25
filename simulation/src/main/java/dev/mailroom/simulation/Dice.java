package dev.mailroom.simulation;

import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** All chance of a history. */
final class Dice {

  private final SplittableRandom random;

  Dice(long seed) {
    this(new SplittableRandom(seed));
  }

  private Dice(SplittableRandom random) {
    this.random = random;
  }

  Dice split() {
    return new Dice(random.split());
  }

  RandomGenerator generator() {
    return random.split();
  }

  boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  /** From 0 to {@code most}. */
  long upTo(long most) {
    return random.nextLong(most + 1);
  }

  int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  <T> T oneOf(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  UUID id() {
    return new UUID(random.nextLong(), random.nextLong());
  }
}
