package dev.mailroom.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Many histories, on all processors. */
final class Simulation {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final long seed;
  private final int histories;
  private final AtomicInteger next = new AtomicInteger();
  private final Map<Long, Verdict> broken = Collections.synchronizedMap(new TreeMap<>());

  private Simulation(long seed, int histories) {
    this.seed = seed;
    this.histories = histories;
  }

  /**
   * @param seed decides all; with it the first history has it for its own
   */
  static Report run(long seed, int histories) {
    return new Simulation(seed, histories).run();
  }

  /** The seed of a history: the first one's is the seed itself, so that it replays alone. */
  static long seedOf(long seed, int index) {
    if (index == 0) {
      return seed;
    }
    long mixed = (seed ^ GOLDEN) + index * 0xD1B54A32D192ED03L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xDABA0B6EB09322E3L;
    return (mixed ^ (mixed >>> 32)) >>> 1;
  }

  private Report run() {
    long began = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i < Runtime.getRuntime().availableProcessors(); i++) {
      Thread thread = new Thread(this::work, "histories-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    work();
    threads.forEach(Simulation::join);
    return Report.of(seed, histories, System.nanoTime() - began, List.copyOf(broken.values()));
  }

  private void work() {
    for (int i = next.getAndIncrement(); i < histories; i = next.getAndIncrement()) {
      Verdict verdict = History.run(seedOf(seed, i));
      if (!verdict.promisesKept()) {
        broken.put(verdict.seed(), verdict);
      }
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
