package dev.mailroom.tests.prove;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a proof has found, in the order in which it is told.
 *
 * @param figures the first four say {@code lost}, {@code invented}, {@code order_violations} and
 *     {@code duplicates}
 */
public record Findings(List<Figure> figures) {

  private static final List<String> FIRST =
      List.of("lost", "invented", "order_violations", "duplicates");

  public Findings {
    figures = List.copyOf(figures);
    List<String> first = figures.stream().map(Figure::name).limit(FIRST.size()).toList();
    if (!first.equals(FIRST)) {
      throw new IllegalArgumentException("Findings begin with " + FIRST + ", not " + first);
    }
  }

  /** These and others after them. */
  public Findings and(Figure... others) {
    List<Figure> all = new ArrayList<>(figures);
    all.addAll(List.of(others));
    return new Findings(all);
  }

  /** Whether every figure keeps its bound. */
  public boolean areKept() {
    return figures.stream().allMatch(Figure::isKept);
  }

  /** The value of the figure of that name. */
  public double value(String name) {
    return figures.stream()
        .filter(figure -> figure.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("There is no figure " + name))
        .value();
  }

  /** A line for each figure: its name, its value, its bound, and whether it keeps it. */
  public String table() {
    String row = "%-" + width() + "s  %14s  %-24s%s%n";
    StringBuilder table =
        new StringBuilder(String.format(Locale.ROOT, row, "figure", "value", "bound", ""));
    for (Figure figure : figures) {
      String verdict = figure.isJudged() ? (figure.isKept() ? "kept" : "BROKEN") : "";
      table.append(
          String.format(Locale.ROOT, row, figure.name(), figure.text(), figure.bound(), verdict));
    }
    return table.toString();
  }

  private int width() {
    return figures.stream().mapToInt(figure -> figure.name().length()).max().orElse(1);
  }

  /** One JSON object, with the names of the figures as keys. */
  public String json() {
    return figures.stream()
        .map(figure -> "\"" + figure.name() + "\":" + figure.json())
        .collect(Collectors.joining(",", "{", "}"));
  }

  /** One JSON object for a proof that could not be brought to its end. */
  static String json(Exception e) {
    String text = e.toString().replace("\\", "\\\\").replace("\"", "\\\"");
    return "{\"error\":\"" + text.replaceAll("\\p{Cntrl}+", " ") + "\"}";
  }

  @Override
  public String toString() {
    return json();
  }
}
