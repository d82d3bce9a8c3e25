package dev.mailroom.examples.demo;

import dev.mailroom.testkit.FaultPlan;
import java.time.Duration;

/** How rough the demo's world is. */
enum FaultLevel {
  /** Everything works. */
  NONE(FaultPlan.NONE, 0),

  /** A bad day: now and then a call fails, and relay and consumer each die once. */
  NORMAL(new FaultPlan(0.01, 0.01, 0.01, 0.01, 0.02, Duration.ofMillis(2)), 1),

  /** Worse than any cloud: every tenth call fails somehow, and the processes keep dying. */
  WILD(new FaultPlan(0.04, 0.04, 0.05, 0.05, 0.10, Duration.ofMillis(4)), 3);

  /** What the broker does to each call. */
  final FaultPlan plan;

  /** How often relay and consumer are killed. */
  final int kills;

  FaultLevel(FaultPlan plan, int kills) {
    this.plan = plan;
    this.kills = kills;
  }
}
