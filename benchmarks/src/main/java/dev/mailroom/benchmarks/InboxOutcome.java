package dev.mailroom.benchmarks;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the inbox costs.
 *
 * @param perSecond messages of each candidate, medians of the rounds
 * @param perMessageToPlain the inbox to the handler's write alone
 * @param floorToPlain the least work that an inbox can do, to the same
 * @param perMessageToFloor the inbox to that
 * @param batchToUsual batches to what teams write by hand
 */
record InboxOutcome(
    Map<String, Double> perSecond,
    double perMessageToPlain,
    double floorToPlain,
    double perMessageToFloor,
    double batchToUsual) {

  private static final double TARGET_TO_PLAIN = 0.75;
  private static final double TARGET_TO_FLOOR = 0.85;
  private static final double TARGET_TO_USUAL = 2.5;

  static InboxOutcome of(Rounds measured) {
    return new InboxOutcome(
        measured.medians(),
        measured.medianRatio(InboxBench.PER_MESSAGE, InboxBench.PLAIN),
        measured.medianRatio(InboxBench.FLOOR, InboxBench.PLAIN),
        measured.medianRatio(InboxBench.PER_MESSAGE, InboxBench.FLOOR),
        measured.medianRatio(InboxBench.BATCH, InboxBench.USUAL));
  }

  /** The floor is about at the target to plain, so that coming close to the floor is enough. */
  boolean isMet() {
    return (perMessageToPlain >= TARGET_TO_PLAIN || perMessageToFloor >= TARGET_TO_FLOOR)
        && batchToUsual >= TARGET_TO_USUAL;
  }

  void print(PrintWriter out) {
    perSecond.forEach(
        (name, rate) -> out.printf(Locale.ROOT, "%-12s %8.0f messages/s%n", name, rate));
    ratio(out, "per message to plain", perMessageToPlain, TARGET_TO_PLAIN);
    out.printf(Locale.ROOT, "%-22s %.2f%n", "floor to plain", floorToPlain);
    ratio(out, "per message to floor", perMessageToFloor, TARGET_TO_FLOOR);
    ratio(out, "batch to usual", batchToUsual, TARGET_TO_USUAL);
  }

  private static void ratio(PrintWriter out, String name, double ratio, double target) {
    out.printf(Locale.ROOT, "%-22s %.2f  target %.2f%n", name, ratio, target);
  }

  String json() {
    Map<String, String> figures = new LinkedHashMap<>();
    perSecond.forEach(
        (name, rate) -> figures.put(name + "_per_s", String.format(Locale.ROOT, "%.0f", rate)));
    figures.put("ratio_per_message_to_plain", text(perMessageToPlain));
    figures.put("ratio_floor_to_plain", text(floorToPlain));
    figures.put("ratio_per_message_to_floor", text(perMessageToFloor));
    figures.put("ratio_batch_to_usual", text(batchToUsual));
    return figures.entrySet().stream()
        .map(figure -> "\"" + figure.getKey() + "\":" + figure.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String text(double ratio) {
    return String.format(Locale.ROOT, "%.3f", ratio);
  }
}
