package dev.mailroom.testkit;

import javax.sql.DataSource;

/** A real database server of its own, on loopback, which can be crashed and started again. */
public interface LocalServer extends AutoCloseable {

  /**
   * Makes an empty database.
   *
   * @param name letters, digits and underscores, not starting with a digit; at most 63
   * @return its JDBC URL
   */
  String createDatabase(String name);

  /** A URL that needs no user or password beside it. */
  String jdbcUrl(String database);

  /** Opens a new connection each time; put a pool in front where that costs too much. */
  DataSource dataSource(String database);

  /** The TCP port, the same after {@link #startAgain()}. */
  int port();

  /** Shuts down in an orderly way, ending all connections. The data stays. */
  void stop();

  /** Kills every process of the server at once, as a power cut would. The data stays. */
  void crash();

  /** Starts after {@link #stop()} or {@link #crash()}, on the same port with the same data. */
  void startAgain();

  /** Stops the server and deletes its data. */
  @Override
  void close();
}
