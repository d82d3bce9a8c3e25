package dev.mailroom.simulation;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport.Limits;
import dev.mailroom.relay.Transport.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A broker in memory. Destinations whose names end in {@code .fifo} are ordered. */
final class MemoryBroker {

  static final long SEND_TIMEOUT = 500 * Loop.MILLI;
  private static final long MEMORY = 300 * Loop.SECOND;
  private static final int MAX_BYTES = 1_000;

  /** How a destination is doing. */
  enum Health {
    WELL,
    /** Slow, and every second batch fails. */
    BROWN,
    DOWN
  }

  private final Loop loop;
  private final Dice dice;
  private final Audit audit;
  private Climate climate = Climate.calm();
  private final Map<String, Health> health = new HashMap<>();
  private final Set<String> routeless = new HashSet<>();
  private final Set<UUID> bad = new HashSet<>();

  /** When an ordered destination took a message; it drops repeats for five minutes. */
  private final Map<UUID, Long> remembered = new HashMap<>();

  MemoryBroker(Loop loop, Dice dice, Audit audit) {
    this.loop = loop;
    this.dice = dice;
    this.audit = audit;
  }

  void climate(Climate now) {
    climate = now;
  }

  void health(String destination, Health now) {
    health.put(destination, now);
  }

  private Health health(String destination) {
    return health.getOrDefault(destination, Health.WELL);
  }

  void route(String destination, boolean exists) {
    if (exists) {
      routeless.remove(destination);
    } else {
      routeless.add(destination);
    }
  }

  void refuse(UUID message) {
    bad.add(message);
  }

  void repair(UUID message) {
    bad.remove(message);
  }

  /** Takes all messages from now on: the rule was wrong. */
  void repairAll() {
    bad.clear();
  }

  static boolean isOrdered(String destination) {
    return destination.endsWith(".fifo");
  }

  Limits limits(String destination) {
    if (routeless.contains(destination)) {
      throw new MailroomException("no route for " + destination);
    }
    return new Limits(isOrdered(destination), 10, MAX_BYTES);
  }

  static int sizeOf(Message message) {
    return message.payload().length();
  }

  /** How long a batch is on its way there. */
  long wayThere(String destination) {
    if (health(destination) == Health.BROWN) {
      return 50 * Loop.MILLI + dice.upTo(SEND_TIMEOUT);
    }
    if (dice.chance(climate.chanceOf(Fault.SLOW_SENDS))) {
      return dice.upTo(2 * SEND_TIMEOUT);
    }
    return dice.upTo(10 * Loop.MILLI);
  }

  /** Whether the sender will never hear of what became of a batch. */
  boolean losesAnswer() {
    return dice.chance(climate.chanceOf(Fault.LOST_ANSWERS));
  }

  List<Result> take(String destination, List<OutboxEntry> batch) {
    List<Result> results = new ArrayList<>(batch.size());
    Result forAll = wholeBatch(destination, batch);
    for (OutboxEntry entry : batch) {
      results.add(forAll == null ? take(destination, entry.message()) : forAll);
    }
    return results;
  }

  private @Nullable Result wholeBatch(String destination, List<OutboxEntry> batch) {
    Health its = health(destination);
    if (its == Health.DOWN || (its == Health.BROWN && dice.chance(0.5))) {
      return new Result.Unavailable("the destination is down");
    }
    if (dice.chance(climate.chanceOf(Fault.BATCH_FAILURES))) {
      return new Result.Unavailable("throttled");
    }
    if (climate.has(Fault.SHORT_BATCHES) && batch.size() > 3) {
      return new Result.TooLong("too long");
    }
    return null;
  }

  private Result take(String destination, Message message) {
    if (bad.contains(message.id())) {
      return new Result.Refused("bad message");
    }
    if (dice.chance(climate.chanceOf(Fault.ENTRY_FAILURES))) {
      return new Result.Failed("internal error");
    }
    Long before = remembered.get(message.id());
    boolean repeat = isOrdered(destination) && before != null && loop.now() - before < MEMORY;
    if (!repeat) {
      remembered.put(message.id(), loop.now());
    }
    audit.accepted(destination, message, repeat);
    return new Result.Accepted();
  }
}
