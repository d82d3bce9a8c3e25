package dev.mailroom.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs candidates in turns, so that whatever else the machine does meets all of them alike. */
final class Rounds {

  /** What one thread does with its share of a round. */
  @FunctionalInterface
  interface Candidate {
    /** Prepares, and returns what is timed. */
    Callable<?> prepare(int messages) throws Exception;
  }

  private final int threads;
  private final int messages;
  private final Map<String, List<Double>> rates = new LinkedHashMap<>();

  /**
   * @param messages of all threads in a round
   */
  Rounds(int threads, int messages) {
    this.threads = threads;
    this.messages = messages;
  }

  void run(Map<String, Candidate> candidates, int rounds) throws Exception {
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, Candidate> candidate : candidates.entrySet()) {
        double rate = rate(candidate.getValue());
        if (round >= 0) {
          rates.computeIfAbsent(candidate.getKey(), name -> new ArrayList<>()).add(rate);
        }
      }
    }
  }

  private double rate(Candidate candidate) throws Exception {
    List<Callable<?>> shares = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      shares.add(candidate.prepare(messages / threads));
    }
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      long begun = System.nanoTime();
      List<Future<?>> running = new ArrayList<>();
      for (Callable<?> share : shares) {
        running.add(executor.submit(share));
      }
      for (Future<?> share : running) {
        share.get();
      }
      return messages / ((System.nanoTime() - begun) / 1e9);
    } finally {
      executor.shutdownNow();
    }
  }

  /** Messages a second of each candidate. */
  Map<String, Double> medians() {
    Map<String, Double> medians = new LinkedHashMap<>();
    rates.forEach((name, its) -> medians.put(name, median(its)));
    return medians;
  }

  /** Of the rounds' own ratios, so that a slow round does not count for one side alone. */
  double medianRatio(String name, String to) {
    List<Double> above = rates.getOrDefault(name, List.of());
    List<Double> below = rates.getOrDefault(to, List.of());
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < above.size(); i++) {
      ratios.add(above.get(i) / below.get(i));
    }
    return median(ratios);
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : Arrays.stream(sorted).toArray()[sorted.length / 2];
  }
}
