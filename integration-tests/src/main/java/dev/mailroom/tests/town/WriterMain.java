package dev.mailroom.tests.town;

import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Writers in a process of their own, until standard input ends. At each line on it they leave a
 * transaction open in which they have written to all destinations with the key that the line names.
 * The arguments are the database's URL, a name that no others have, how many there are, how long
 * each pauses, and the destinations.
 */
public final class WriterMain {

  private WriterMain() {}

  /** Starts them. */
  public static void main(String... arguments) throws IOException, SQLException {
    HikariDataSource dataSource = new HikariDataSource();
    dataSource.setJdbcUrl(arguments[0]);
    dataSource.setConnectionTimeout(2_000);
    dataSource.setInitializationFailTimeout(-1);
    List<String> destinations = List.of(arguments).subList(4, arguments.length);
    Writing writing =
        new Writing(
            dataSource,
            arguments[1],
            destinations,
            Integer.parseInt(arguments[2]),
            Long.parseLong(arguments[3]),
            new SplittableRandom(arguments[1].hashCode()));
    System.out.println("ready writers");
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String key = lines.readLine(); key != null; key = lines.readLine()) {
      writing.leaveOpen(key);
      System.out.println("obeyed " + key);
    }
    System.exit(0);
  }
}
