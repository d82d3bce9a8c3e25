package dev.mailroom.relay;

/** How partitions are dealt out among relays: as evenly as whole numbers allow. */
final class Shares {

  private Shares() {}

  /**
   * The share of the relay that is {@code rank}th of {@code relays}, counted from 0: with p
   * partitions, the first p mod n relays have one more than the others.
   */
  static int of(int rank, int relays) {
    int extra = rank < Lane.PARTITIONS % relays ? 1 : 0;
    return Lane.PARTITIONS / relays + extra;
  }
}
