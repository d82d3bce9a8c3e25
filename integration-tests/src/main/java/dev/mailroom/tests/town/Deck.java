package dev.mailroom.tests.town;

import dev.mailroom.tests.prove.Figure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Disasters in an order of chance; each kind comes before any comes again. Not thread-safe. */
public final class Deck {

  /** What happens. */
  public interface Strike {
    void run() throws Exception;
  }

  /**
   * One kind.
   *
   * @param name as it stands in the name of a figure
   */
  public record Disaster(String name, Strike strike) {}

  private final List<Disaster> kinds;
  private final Random random;
  private final List<Disaster> dealt = new ArrayList<>();
  private final Map<String, Long> struck = new LinkedHashMap<>();

  /** A deck of these kinds, each once. */
  public Deck(List<Disaster> kinds, Random random) {
    this.kinds = List.copyOf(kinds);
    this.random = random;
    kinds.forEach(kind -> struck.put(kind.name(), 0L));
  }

  /** Lets the next one happen, and returns its name. */
  public String strike() throws Exception {
    if (dealt.isEmpty()) {
      dealt.addAll(kinds);
      Collections.shuffle(dealt, random);
    }
    Disaster next = dealt.remove(dealt.size() - 1);
    next.strike().run();
    struck.merge(next.name(), 1L, Long::sum);
    return next.name();
  }

  /** Whether each kind has happened. */
  public boolean isThrough() {
    return struck.values().stream().allMatch(times -> times > 0);
  }

  /** How often each kind has happened, under {@code times_} and its name. */
  public List<Figure> figures() {
    boolean all = struck.values().stream().mapToLong(Long::longValue).sum() >= kinds.size();
    return struck.entrySet().stream()
        .map(kind -> Figure.of("times_" + kind.getKey(), kind.getValue()))
        .map(figure -> all ? figure.atLeast(1) : figure)
        .toList();
  }
}
