package dev.mailroom.examples.demo;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/** Kills relays and consumers in the middle of their work, at moments that the seed decides. */
final class Killings {

  private record Killing(double at, Worker victim) {}

  private final Deque<Killing> plan = new ArrayDeque<>();

  /** Kills each of the victims so many times, one after the other. */
  Killings(int times, List<Worker> victims, SplittableRandom random) {
    int all = times * victims.size();
    for (int i = 0; i < all; i++) {
      double at = 0.1 + 0.8 * (i + random.nextDouble()) / all;
      plan.add(new Killing(at, victims.get(i % victims.size())));
    }
  }

  /** Kills whom the plan names up to this part of the work, 0 to 1. */
  void strike(double progress) throws IOException, InterruptedException {
    while (!plan.isEmpty() && plan.peek().at() <= progress) {
      plan.remove().victim().killAndRestart();
    }
  }
}
