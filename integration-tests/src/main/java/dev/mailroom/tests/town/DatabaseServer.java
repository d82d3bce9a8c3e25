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
      case "mariadb" -> new MariaDbDatabase();
      case "mysql" -> new MySqlDatabase();
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

  /** For how long a relay's acknowledgements may be lost in a crash, with some room. */
  long mayForgetMillis();

  /**
   * A query that ends half of all other connections by chance, and has their number as its result.
   */
  String cutHalfOfTheConnections();

  /** A query for the number of transactions that have ended since the start, of everybody. */
  String transactions();

  /**
   * DDL of the tables {@code sent}, with a row for each message, written in its transaction, and
   * {@code received}, with a row for each delivery, numbered in their order.
   */
  List<String> auditTables();

  /** Type and constraint of a primary key whose values the database counts. */
  String countingKey();

  /** Leaves no rows in a table that nobody writes to, nor dead ones. Its numbers go on. */
  void empty(String table) throws SQLException;

  /** What deletions from {@code table} have left behind by now. */
  Remains remains(String table) throws SQLException;

  /**
   * What a database keeps of rows that are gone.
   *
   * @param unit of the number, as it stands in the name of a figure
   */
  record Remains(String unit, long number) {}

  @Override
  void close();
}
