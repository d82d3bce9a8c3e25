package dev.mailroom.tests.backlog;

import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.tests.town.WillingTransport;
import java.util.BitSet;

/**
 * Takes everything, so that what is measured is the relay and the database. Payloads are numbers
 * from 1, in order within a key; it judges them in little memory.
 */
final class Sink extends WillingTransport {

  /**
   * What was accepted.
   *
   * @param distinct numbers, of those that were written
   * @param again such numbers that came once more
   * @param foreign numbers that nobody wrote
   * @param disordered numbers on FIFO that came after a later one of their key
   */
  record Tally(long distinct, long again, long foreign, long disordered) {

    static Tally parse(String text) {
      String[] counts = text.split(" ", 4);
      return new Tally(
          Long.parseLong(counts[0]),
          Long.parseLong(counts[1]),
          Long.parseLong(counts[2]),
          Long.parseLong(counts[3]));
    }

    @Override
    public String toString() {
      return distinct + " " + again + " " + foreign + " " + disordered;
    }
  }

  private final int messages;
  // All guarded by this.
  private final BitSet seen = new BitSet();
  private final int[] latest = new int[Backlog.DESTINATIONS * Backlog.KEYS];
  private Tally tally = new Tally(0, 0, 0, 0);

  Sink(int messages) {
    this.messages = messages;
  }

  synchronized Tally tally() {
    return tally;
  }

  @Override
  protected Result take(OutboxEntry entry) {
    note(
        Integer.parseInt(entry.message().payload().strip()),
        entry.message().destination().endsWith(".fifo"));
    return new Result.Accepted();
  }

  private synchronized void note(int n, boolean ordered) {
    long distinct = tally.distinct();
    long again = tally.again();
    long foreign = tally.foreign();
    long disordered = tally.disordered();
    if (n < 1 || n > messages) {
      foreign++;
    } else if (seen.get(n)) {
      again++;
    } else {
      seen.set(n);
      distinct++;
      int lane = n % Backlog.DESTINATIONS * Backlog.KEYS + n % Backlog.KEYS;
      disordered += ordered && n < latest[lane] ? 1 : 0;
      latest[lane] = Math.max(latest[lane], n);
    }
    tally = new Tally(distinct, again, foreign, disordered);
  }
}
