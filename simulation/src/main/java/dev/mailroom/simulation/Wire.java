package dev.mailroom.simulation;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.relay.OutboxStore.Refused;
import dev.mailroom.relay.OutboxStore.RowId;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One relay's connections to the database. A call starts in the relay's process, is then on its way
 * for a while, whatever becomes of that process, and may fail before or after it took effect.
 */
final class Wire implements Executor {

  /** All connections of a pool are found broken within so long. */
  private static final long FINDING_OUT = 20 * Loop.MILLI;

  private static final double SLOW = 0.08;
  private static final double LATE = 0.1;

  /** What a relay cannot make up for: its leases depend on it. */
  interface Mishap {
    void happened();
  }

  private final World world;
  private final String name;
  private final Loop loop;
  private final Life life;
  private final Database database;
  private final Dice dice;
  private final Fault failures;
  private final Fault slowness;
  private final Mishap mishap;
  private Climate climate = Climate.calm();
  private int knownCuts;
  private long brokenUntil;
  private int cutsAtStart;
  private long lag;

  Wire(World world, String name, Life life, Fault failures, Fault slowness, Mishap mishap) {
    this.world = world;
    this.name = name;
    this.loop = world.loop;
    this.life = life;
    this.database = world.database;
    this.dice = world.dice.split();
    this.failures = failures;
    this.slowness = slowness;
    this.mishap = mishap;
    knownCuts = database.cuts();
  }

  /** Fails each call for a while. */
  void tear(long nanos) {
    brokenUntil = loop.now() + nanos;
  }

  /** Holds up each call for so long, until it is told otherwise. */
  void lag(long nanos) {
    lag = nanos;
  }

  void climate(Climate now) {
    climate = now;
  }

  @Override
  public void execute(Runnable call) {
    life.after(dice.upTo(Loop.MILLI / 4), () -> leave(call));
  }

  private void leave(Runnable call) {
    int cuts = database.cuts();
    loop.after(
        lag + latency(),
        () -> {
          cutsAtStart = cuts;
          call.run();
        });
  }

  private long latency() {
    if (climate.has(slowness) && dice.chance(SLOW)) {
      mishap.happened();
      return dice.upTo(2 * Loop.SECOND);
    }
    return dice.upTo(3 * Loop.MILLI);
  }

  void perform(Supplier<String> what, Runnable statement) {
    call(
        done -> what.get(),
        () -> {
          statement.run();
          return this;
        });
  }

  /**
   * @param what tells of it in the journal
   */
  <T> T call(Function<T, String> what, Supplier<T> statement) {
    requireConnection(cutsAtStart);
    if (fails()) {
      throw new Refused("the statement was refused", new TimeoutException("a lock"));
    }
    T result = statement.get();
    world.note(() -> "for " + name + " the database " + what.apply(result));
    if (database.isFailing() && dice.chance(0.7)) {
      throw new MailroomException("the server fell silent");
    }
    if (fails()) {
      throw new MailroomException("the answer was lost");
    }
    answer();
    return result;
  }

  /** An answer on its way is overtaken by others. */
  private void answer() {
    if (dice.chance(LATE)) {
      boolean slow = climate.has(slowness) && dice.chance(0.3);
      if (slow) {
        mishap.happened();
      }
      loop.interleave(dice.upTo(slow ? Loop.SECOND : 20 * Loop.MILLI));
    }
  }

  /** How the journal names a message. */
  String nameOf(RowId row) {
    return world.audit.name(row.messageId());
  }

  private void requireConnection(int cuts) {
    boolean broken = loop.now() < brokenUntil;
    if (knownCuts != database.cuts()) {
      knownCuts = database.cuts();
      brokenUntil = Math.max(brokenUntil, loop.now() + FINDING_OUT);
      broken = true;
    }
    if (broken || database.isAway() || cuts != database.cuts()) {
      throw new MailroomException("the database is away");
    }
  }

  private boolean fails() {
    boolean fails = dice.chance(climate.chanceOf(failures) / 2);
    if (fails) {
      mishap.happened();
    }
    return fails;
  }
}
