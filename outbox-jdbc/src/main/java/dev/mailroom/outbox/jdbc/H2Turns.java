package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.SortedSet;

/** Rows of outbox_lock, locked in ascending order until the transaction ends. */
final class H2Turns {

  private static final String LOCK =
      """
      SELECT number FROM outbox_lock WHERE purpose = ? AND number = ? FOR UPDATE
      """;

  private final Sql sql;

  H2Turns(Sql sql) {
    this.sql = sql;
  }

  void take(Connection connection, String purpose, SortedSet<Integer> numbers) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(sql.of(LOCK))) {
      for (int number : numbers) {
        lock.setString(1, purpose);
        lock.setInt(2, number);
        lock.execute();
      }
    }
  }
}
