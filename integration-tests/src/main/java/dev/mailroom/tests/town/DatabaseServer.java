package dev.mailroom.tests.town;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/**
 * A server of its own, with an empty database, and all that a proof does to one brand in another
 * way than to the next.
 */
public interface DatabaseServer extends AutoCloseable {

  /** Starts one; {@code name} is that of the option {@code --database}. */
  static DatabaseServer start(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "postgresql" -> new PostgresDatabase();
      default -> throw new IllegalArgumentException("No server of that name: " + name);
    };
  }

  /** Needs no user or password beside it. */
  String jdbcUrl();

  /** Kills every process at once, as a power cut does. */
  void crash();

  /** Shuts down and lets nobody finish; what was committed is on the disk. */
  void stop();

  /** Starts after one of them, with the same data behind the same URL. */
  void startAgain();

  /** Fails unless a commit that was acknowledged survives {@link #crash}. */
  void requireDurability() throws SQLException;

  /** Ends, with a statement on the caller's own connection, half of all others by chance. */
  String cutHalfOfTheConnections();

  /** A query for the number of transactions that have ended since the start, of everybody. */
  String transactions();

  /**
   * DDL of the tables {@code sent}, with a row for each message, written in its transaction, and
   * {@code received}, with a row for each delivery, numbered in their order.
   */
  List<String> auditTables();

  /** How many dead rows {@code table} has, by cleaning it; the readings of statistics come late. */
  long deadRows(String table) throws SQLException;

  @Override
  void close();
}
