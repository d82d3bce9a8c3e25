package dev.mailroom.simulation;

import dev.mailroom.outbox.MailroomException;
import java.time.Instant;

/** The server that all relays share: its clock, its absences, and how long its work takes. */
final class Database {

  private static final Instant BEGINNING = Instant.parse("2030-01-01T00:00:00Z");
  private static final double LONG_TRANSACTION = 0.5;

  private final Loop loop;
  private final Dice dice;
  private Climate climate = Climate.calm();
  private long clockOffset;
  private long highestOffset;
  private long awayUntil;
  private long failingUntil;

  /** How often all its connections were cut. */
  private int cuts;

  private int server;

  final MemoryLeases leases;
  final MemoryOutbox outbox;

  Database(Loop loop, Dice dice, Audit audit) {
    this.loop = loop;
    this.dice = dice;
    leases =
        new MemoryLeases(
            this::now,
            lease -> audit.complain(Promise.WITHOUT_LEASE, "rows are settled under " + lease));
    outbox = new MemoryOutbox(leases, this::now, this::betweenSteps);
  }

  void climate(Climate now) {
    climate = now;
  }

  Instant now() {
    return BEGINNING.plusNanos(loop.now() + clockOffset);
  }

  void stepClock(long nanos) {
    clockOffset += nanos;
    highestOffset = Math.max(highestOffset, clockOffset);
  }

  /** How long what is due at some time has to wait because the clock was set back. */
  long behind() {
    return highestOffset - clockOffset;
  }

  /** Begins to fail: what it does is done, but many answers are lost. */
  void fail(long nanos) {
    failingUntil = loop.now() + nanos;
  }

  boolean isFailing() {
    return loop.now() < failingUntil;
  }

  boolean isAway() {
    return loop.now() < awayUntil;
  }

  int cuts() {
    return cuts;
  }

  /** Cuts all connections and takes no new ones for a while. */
  void goAway(long nanos) {
    cuts++;
    awayUntil = Math.max(awayUntil, loop.now() + nanos);
  }

  void failOver(long nanos) {
    goAway(nanos);
    failOverSilently();
  }

  /** All connections seem to live on, but another server answers. */
  void failOverBehindAProxy() {
    server++;
    failOverSilently();
  }

  /** Which server answers. */
  int server() {
    return server;
  }

  /** All connections seem to live on, and nobody can tell the servers apart. */
  void failOverSilently() {
    boolean caughtUp = dice.chance(0.5);
    outbox.failOver(() -> !caughtUp && dice.chance(0.3));
  }

  /** The middle of a transaction: others go on, and the connection may be lost. */
  private void betweenSteps() {
    int before = cuts;
    boolean slow = climate.has(Fault.SLOW_STORE) && dice.chance(LONG_TRANSACTION);
    loop.interleave(dice.upTo(slow ? 3 * Loop.SECOND / 2 : 5 * Loop.MILLI));
    if (cuts != before) {
      throw new MailroomException("the connection was lost in a transaction");
    }
  }
}
