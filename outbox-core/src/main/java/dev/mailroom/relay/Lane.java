package dev.mailroom.relay;

/**
 * One stream of the outbox, ordered by {@code seq}: the rows of a destination in one partition. All
 * messages of a key share a lane.
 *
 * @param partition 0 to 15
 */
public record Lane(String destination, int partition) implements Comparable<Lane> {

  /** Fixed at install, in the schema and here. */
  public static final int PARTITIONS = 16;

  public Lane {
    if (partition < 0 || partition >= PARTITIONS) {
      throw new IllegalArgumentException(
          "partition must be 0 to " + (PARTITIONS - 1) + ": " + partition);
    }
  }

  /** By destination and then by partition, as the primary key has them. */
  @Override
  public int compareTo(Lane other) {
    int byDestination = destination.compareTo(other.destination);
    return byDestination != 0 ? byDestination : Integer.compare(partition, other.partition);
  }

  @Override
  public String toString() {
    return destination + "/" + partition;
  }
}
