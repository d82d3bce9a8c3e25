package dev.mailroom.examples.demo;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

/** Kills relay and consumers in the middle of their work, at moments that the seed decides. */
final class Killings {

  private record Killing(double at, Worker victim) {}

  private final Deque<Killing> plan = new ArrayDeque<>();

  Killings(int times, Worker relay, Worker consumers, SplittableRandom random) {
    for (int i = 0; i < times; i++) {
      double share = 0.8 / times;
      plan.add(new Killing(0.1 + share * (i + 0.5 * random.nextDouble()), relay));
      plan.add(new Killing(0.1 + share * (i + 0.5 + 0.5 * random.nextDouble()), consumers));
    }
  }

  /** Kills whom the plan names up to this part of the work, 0 to 1. */
  void strike(double progress) throws IOException, InterruptedException {
    while (!plan.isEmpty() && plan.peek().at() <= progress) {
      plan.remove().victim().killAndRestart();
    }
  }
}
