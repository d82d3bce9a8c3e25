package dev.mailroom.outbox.jdbc;

import dev.mailroom.relay.OutboxStore.Destination;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Finds the destinations that have rows without reading the rows: it looks for the first one in
 * each gap between those that are known, and then in the gap behind that. MariaDB skips from one
 * value to the next in no other way; a subquery would read all rows in between.
 */
final class MariaDbDestinations {

  private static final int GAPS_AT_ONCE = 200;

  /** Behind all names that can be in a gap; it is no character. */
  private static final String END = new String(Character.toChars(0x10FFFF));

  private static final String KNOWN =
      "SELECT destination, paused_at IS NOT NULL FROM outbox_destination";

  /** Both are looked up in the index before the statement runs, if they are no more than this. */
  private static final String FIRST_IN_GAP =
      """
      SELECT
        (SELECT MIN(destination) FROM outbox_message FORCE INDEX (PRIMARY)
         WHERE destination > ? AND destination < ?),
        (SELECT MIN(destination) FROM outbox_parked FORCE INDEX (PRIMARY)
         WHERE destination > ? AND destination < ?)
      """;

  private final Sql sql;

  MariaDbDestinations(Sql sql) {
    this.sql = sql;
  }

  /** Between two names, exclusive. */
  private record Gap(String after, String before) {}

  List<Destination> find(Connection connection) throws SQLException {
    SortedMap<String, Boolean> pausedByName = known(connection);
    List<Gap> gaps = gapsBetween(new ArrayList<>(pausedByName.keySet()));
    while (!gaps.isEmpty()) {
      List<Gap> behind = new ArrayList<>();
      for (int i = 0; i < gaps.size(); i += GAPS_AT_ONCE) {
        List<Gap> some = gaps.subList(i, Math.min(gaps.size(), i + GAPS_AT_ONCE));
        behind.addAll(look(connection, some, pausedByName));
      }
      gaps = behind;
    }
    List<Destination> destinations = new ArrayList<>();
    pausedByName.forEach((name, paused) -> destinations.add(new Destination(name, paused)));
    return destinations;
  }

  private SortedMap<String, Boolean> known(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql.of(KNOWN));
        ResultSet results = select.executeQuery()) {
      SortedMap<String, Boolean> known = new TreeMap<>(MariaDbDestinations::bytewise);
      while (results.next()) {
        known.put(results.getString(1), results.getBoolean(2));
      }
      return known;
    }
  }

  /** As the database compares: by code point. */
  private static int bytewise(String one, String other) {
    return Arrays.compare(one.codePoints().toArray(), other.codePoints().toArray());
  }

  private static List<Gap> gapsBetween(List<String> sorted) {
    List<Gap> gaps = new ArrayList<>();
    String after = "";
    for (String name : sorted) {
      gaps.add(new Gap(after, name));
      after = name;
    }
    gaps.add(new Gap(after, END));
    return gaps;
  }

  /** The gaps behind what was found in some gaps. */
  private List<Gap> look(Connection connection, List<Gap> gaps, SortedMap<String, Boolean> found)
      throws SQLException {
    String text =
        String.join("UNION ALL\n", Collections.nCopies(gaps.size(), sql.of(FIRST_IN_GAP)));
    try (PreparedStatement select = connection.prepareStatement(text)) {
      int last = 0;
      for (Gap gap : gaps) {
        for (int table = 0; table < 2; table++) {
          select.setString(++last, gap.after());
          select.setString(++last, gap.before());
        }
      }
      List<Gap> behind = new ArrayList<>();
      try (ResultSet results = select.executeQuery()) {
        for (Gap gap : gaps) {
          results.next();
          for (int table = 1; table <= 2; table++) {
            String name = results.getString(table);
            if (name != null && found.putIfAbsent(name, false) == null) {
              behind.add(new Gap(name, gap.before()));
            }
          }
        }
      }
      return behind;
    }
  }
}
