package dev.mailroom.examples.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * How long effects took, in milliseconds and ascending, and how long it was from the first change
 * to the last effect.
 */
record Delays(List<Long> millis, double seconds) {

  static Delays read(DataSource dataSource, String sql) throws SQLException {
    List<Long> millis = new ArrayList<>();
    long first = Long.MAX_VALUE;
    long last = 0;
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        Timestamp made = rows.getTimestamp(1);
        Timestamp written = rows.getTimestamp(2);
        first = Math.min(first, made.getTime());
        last = Math.max(last, written.getTime());
        millis.add(written.getTime() - made.getTime());
      }
    }
    return new Delays(millis.stream().sorted().toList(), Math.max(1, last - first) / 1_000.0);
  }

  /** 0 if there are none. */
  long percentile(int percent) {
    int rank = (int) Math.ceil(percent / 100.0 * millis.size());
    return millis.isEmpty() ? 0 : millis.get(Math.max(1, rank) - 1);
  }
}
