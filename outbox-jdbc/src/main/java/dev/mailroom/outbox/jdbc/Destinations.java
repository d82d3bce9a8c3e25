package dev.mailroom.outbox.jdbc;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The destinations that relays have met, and which of them are paused. Relays notice a pause within
 * seconds; what is under way then is still sent. Every act is recorded in {@code outbox_operation}
 * with who did it.
 *
 * <p>Safe to share between threads. Each call takes a connection for its duration and throws {@link
 * dev.mailroom.outbox.MailroomException} if the database fails.
 */
public final class Destinations {

  private static final int LONGEST_NAME = 512;

  private final DestinationRows rows;

  private Destinations(DataSource dataSource, TableNames names) {
    rows = new DestinationRows(new Transactions(dataSource, names));
  }

  /** Those in the default schema of {@code dataSource}. */
  public static Destinations of(DataSource dataSource) {
    return of(dataSource, TableNames.DEFAULT);
  }

  /** Those in tables with names of their own. */
  public static Destinations of(DataSource dataSource, TableNames names) {
    return new Destinations(dataSource, names);
  }

  /** A destination, and the pause that it is in. */
  public record Known(String name, Instant firstSeen, Optional<Pause> pause) {}

  /** Who paused a destination, since when, and why. */
  public record Pause(String by, Instant since, String reason) {}

  /** All of them, by name. */
  public List<Known> list() {
    return rows.list();
  }

  /**
   * Stops sending to a destination, known or not.
   *
   * @param by who wants it: 1 to 128 characters
   * @param reason for those who wonder; may be empty
   * @return false if it was paused already; then nothing changes
   */
  public boolean pause(String name, String by, String reason) {
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "name must be 1 to " + LONGEST_NAME + " characters: \"" + name + "\"");
    }
    return rows.pause(name, Operators.requireName(by), reason);
  }

  /**
   * Goes on sending to a destination.
   *
   * @param by who wants it: 1 to 128 characters
   * @return false if it was not paused; then nothing changes
   */
  public boolean resume(String name, String by) {
    return rows.resume(name, Operators.requireName(by));
  }
}
