package dev.mailroom.simulation;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;

/** What happened in a history, for a person to read; kept only when a history is replayed. */
final class Journal {

  /** For histories whose end nobody will read. */
  static Journal none() {
    return new Journal(false);
  }

  static Journal kept() {
    return new Journal(true);
  }

  private record Line(long nanos, String text) {}

  private static final int MOST = 200_000;

  private final boolean kept;
  private final Deque<Line> lines = new ArrayDeque<>();

  private Journal(boolean kept) {
    this.kept = kept;
  }

  void note(long nanos, Supplier<String> text) {
    if (kept) {
      lines.add(new Line(nanos, text.get()));
      if (lines.size() > MOST) {
        lines.remove();
      }
    }
  }

  /** The last lines, and before them all that name one of the {@code subjects}. */
  String tell(Collection<String> subjects, int last) {
    Set<Line> told = new LinkedHashSet<>();
    int rest = lines.size();
    for (Line line : lines) {
      if (rest-- <= last || namesOneOf(subjects, line.text())) {
        told.add(line);
      }
    }
    StringBuilder text = new StringBuilder();
    for (Line line : told) {
      text.append(String.format(Locale.ROOT, "%12.3f ms  %s%n", line.nanos() / 1e6, line.text()));
    }
    return text.toString();
  }

  private static boolean namesOneOf(Collection<String> subjects, String text) {
    List<String> words = List.of(text.split("[ ,\\[\\]()]+"));
    return subjects.stream().anyMatch(words::contains);
  }
}
