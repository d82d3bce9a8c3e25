package dev.mailroom.tests.town;

import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Writers in a process of their own, which dies in the middle of some transaction. The arguments
 * are the database's URL, a name that no others have, how many there are, how long each pauses, and
 * the destinations.
 */
public final class WriterMain {

  private WriterMain() {}

  /** Starts them. */
  public static void main(String... arguments) throws InterruptedException {
    HikariDataSource dataSource = new HikariDataSource();
    dataSource.setJdbcUrl(arguments[0]);
    dataSource.setConnectionTimeout(2_000);
    dataSource.setInitializationFailTimeout(-1);
    List<String> destinations = List.of(arguments).subList(4, arguments.length);
    new Writing(
        dataSource,
        arguments[1],
        destinations,
        Integer.parseInt(arguments[2]),
        Long.parseLong(arguments[3]),
        new SplittableRandom(arguments[1].hashCode()));
    System.out.println("ready writers");
    Thread.currentThread().join();
  }
}
