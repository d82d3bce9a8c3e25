package dev.mailroom.tests.isolation;

import dev.mailroom.tests.isolation.Isolation.Outcome;
import dev.mailroom.tests.isolation.Isolation.Sick;
import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.prove.Proof;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Sick destinations and keys slow no healthy destination. */
@Command(
    name = "isolation",
    mixinStandardHelpOptions = true,
    description =
        "A healthy destination beside a dead one with a backlog, a slow one and a poison key.")
public final class IsolationProof extends Proof {

  @Option(
      names = "--dead",
      paramLabel = "N",
      defaultValue = "300000",
      description = "messages wait for the dead destination, 1000 to 10000000 (${DEFAULT-VALUE})")
  private int dead;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "9",
      description = "of windows without and with the sick ones, 1 to 1000 (${DEFAULT-VALUE})")
  private int pairs;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "3",
      description = "of each window, 1 to 60 (${DEFAULT-VALUE})")
  private int seconds;

  @Option(
      names = "--least-ratio",
      paramLabel = "R",
      defaultValue = "0.95",
      description =
          "that keeps the promise, 0.1 to 1; less where the machine is busy (${DEFAULT-VALUE})")
  private double leastRatio;

  @Override
  protected void check() {
    require("--dead", dead, 1_000, 10_000_000);
    require("--pairs", pairs, 1, 1_000);
    require("--seconds", seconds, 1, 60);
    require("--least-ratio", leastRatio, 0.1, 1);
  }

  @Override
  protected Findings prove(Progress progress) throws Exception {
    Sick sick = new Sick(dead, dead / 15, dead / 15);
    Outcome outcome = new Isolation(sick, pairs, Duration.ofSeconds(seconds), progress).run();
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      ratios.add(outcome.beside().get(i) / outcome.alone().get(i));
    }
    List<Figure> figures = new ArrayList<>(outcome.audit().figures(dead));
    figures.addAll(
        List.of(
            Figure.of("ratio", median(ratios)).atLeast(leastRatio),
            Figure.of("ratio_of_the_worst_pair", Collections.min(ratios)),
            Figure.of("ratio_of_the_best_pair", Collections.max(ratios)),
            Figure.of("msgs_per_second_alone", Math.rint(median(outcome.alone()))),
            Figure.of("msgs_per_second_beside", Math.rint(median(outcome.beside()))),
            Figure.of("dead_waiting", dead),
            Figure.of("dead_accepted_while_dead", outcome.acceptedByTheDead()).exactly(0)));
    return new Findings(figures);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
