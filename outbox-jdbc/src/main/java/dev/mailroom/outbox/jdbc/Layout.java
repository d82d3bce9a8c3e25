package dev.mailroom.outbox.jdbc;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What tables are made of, as text: {@code column outbox_message.seq} is {@code bigint not null}.
 * Names are in lower case and without a prefix.
 */
record Layout(Map<String, String> parts) {

  /** Reads what {@link #toString} wrote. */
  static Layout parse(String text) {
    Map<String, String> parts = new LinkedHashMap<>();
    text.lines()
        .map(line -> line.split(": ", 2))
        .forEach(line -> parts.put(line[0], line.length == 1 ? "" : line[1]));
    return new Layout(parts);
  }

  List<String> tables() {
    return parts.keySet().stream()
        .filter(part -> part.startsWith("table "))
        .map(part -> part.substring("table ".length()))
        .toList();
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  /**
   * Whether it is what {@code whole} is while it is being made.
   *
   * @param later the kind of parts that a table gets by a statement of their own
   */
  boolean isBeginOf(Layout whole, String later) {
    return whole.parts.entrySet().containsAll(parts.entrySet())
        && whole.parts.keySet().stream()
            .filter(part -> !part.startsWith(later) && parts.containsKey("table " + table(part)))
            .allMatch(parts::containsKey);
  }

  /** Of {@code primary key outbox_message} or {@code column outbox_message.seq}. */
  private static String table(String part) {
    return part.substring(part.lastIndexOf(' ') + 1).replaceFirst("\\..*", "");
  }

  /** In which way this one differs from the one that is wanted. */
  Optional<String> firstDifference(Layout wanted) {
    for (Map.Entry<String, String> part : wanted.parts.entrySet()) {
      String found = parts.get(part.getKey());
      if (found == null) {
        return Optional.of(part.getKey() + " is missing");
      }
      if (!found.equals(part.getValue())) {
        return Optional.of(
            part.getKey() + " is '" + found + "' and must be '" + part.getValue() + "'");
      }
    }
    return parts.keySet().stream()
        .filter(part -> !wanted.parts.containsKey(part))
        .findFirst()
        .map(part -> part + " is none of Mailroom's");
  }

  @Override
  public String toString() {
    return parts.entrySet().stream()
        .map(
            part ->
                part.getValue().isEmpty()
                    ? part.getKey()
                    : String.join(": ", part.getKey(), part.getValue()))
        .collect(Collectors.joining("\n", "", "\n"));
  }
}
