package dev.mailroom.simulation;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxStore.RowId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Applications that write to the outbox. Those of one key take turns, as the docs ask them to. */
final class Writers {

  /** What a row is to be. */
  enum Kind {
    MESSAGE,
    LARGE,
    SCHEDULED,
    UNDECODABLE
  }

  /**
   * A transaction to come.
   *
   * @param each how long the writer takes before each insert
   * @param held how long it takes to commit after the last
   */
  record Plan(
      String destination,
      Optional<String> key,
      List<Kind> rows,
      long each,
      long held,
      boolean commits) {}

  private static final int LARGE = 10_000;

  private final World world;
  private final Dice dice;
  private final Map<String, Deque<Runnable>> turns = new HashMap<>();
  private int open;
  private double spoilt;

  Writers(World world) {
    this.world = world;
    this.dice = world.dice.split();
  }

  boolean areDone() {
    return open == 0;
  }

  /** Makes so many of the messages to come such that the broker refuses them. */
  void spoil(double share) {
    spoilt = share;
  }

  /** Messages of a key that are committed at once. */
  List<Fate> write(String destination, String key, int messages) {
    WriterTransaction transaction = world.database.outbox.begin();
    List<Fate> fates = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      fates.add(insert(transaction, destination, Optional.of(key), Kind.MESSAGE));
    }
    commit(transaction, fates);
    return fates;
  }

  /** A message to be sent after {@code delay}. */
  Fate schedule(String destination, String key, long delay) {
    WriterTransaction transaction = world.database.outbox.begin();
    Fate fate = schedule(transaction, destination, Optional.of(key), delay);
    commit(transaction, List.of(fate));
    return fate;
  }

  /** Writes as planned, once those of the same key that came before have ended. */
  void write(Plan plan) {
    open++;
    if (plan.key().isEmpty()) {
      begin(plan, () -> {});
      return;
    }
    Deque<Runnable> turn =
        turns.computeIfAbsent(
            plan.destination() + "/" + plan.key().get(), key -> new ArrayDeque<>());
    turn.add(
        () ->
            begin(
                plan,
                () -> {
                  turn.remove();
                  if (!turn.isEmpty()) {
                    turn.element().run();
                  }
                }));
    if (turn.size() == 1) {
      turn.element().run();
    }
  }

  private void begin(Plan plan, Runnable next) {
    if (world.database.isAway()) {
      world.loop.after(dice.upTo(20 * Loop.MILLI), () -> begin(plan, next));
      return;
    }
    WriterTransaction transaction = world.database.outbox.begin();
    transaction.touch(); // the lock comes first, the seq later
    step(plan, transaction, new ArrayList<>(), next);
  }

  private void step(Plan plan, WriterTransaction transaction, List<Fate> written, Runnable next) {
    if (written.size() == plan.rows().size()) {
      world.loop.after(plan.held(), () -> end(plan, transaction, written, next));
      return;
    }
    world.loop.after(
        dice.upTo(plan.each()),
        () -> {
          try {
            Kind kind = plan.rows().get(written.size());
            written.add(insert(transaction, plan.destination(), plan.key(), kind));
            step(plan, transaction, written, next);
          } catch (MailroomException e) {
            ended(transaction, "fails: " + e.getMessage(), next);
          }
        });
  }

  private Fate insert(
      WriterTransaction transaction, String destination, Optional<String> key, Kind kind) {
    if (kind == Kind.SCHEDULED) {
      return schedule(transaction, destination, key, dice.upTo(5 * Loop.SECOND));
    }
    UUID id = dice.id();
    if (kind == Kind.UNDECODABLE) {
      RowId row = transaction.insertUndecodable(destination, key, id, "not a message");
      return written(new Fate(world.audit.nextName(), row, key, null, false));
    }
    Message message = message(destination, key, id);
    int size = kind == Kind.LARGE ? LARGE : message.payload().length();
    RowId row = transaction.insert(message, size);
    return written(new Fate(world.audit.nextName(), row, key, message, false));
  }

  private Fate schedule(
      WriterTransaction transaction, String destination, Optional<String> key, long delay) {
    Message message = message(destination, key, dice.id());
    RowId row = transaction.schedule(message, 10, world.database.now().plusNanos(delay));
    return written(new Fate(world.audit.nextName(), row, key, message, true));
  }

  private Message message(String destination, Optional<String> key, UUID id) {
    return Message.to(destination)
        .id(id)
        .type("Test")
        .key(key.orElse(null))
        .payload("content of " + world.audit.nextName())
        .build();
  }

  private Fate written(Fate fate) {
    if (dice.chance(spoilt)) {
      world.broker.refuse(fate.id);
    }
    world.audit.written(fate);
    return fate;
  }

  private void end(Plan plan, WriterTransaction transaction, List<Fate> written, Runnable next) {
    if (!plan.commits()) {
      transaction.rollback();
      ended(transaction, "rolls back " + written, next);
      return;
    }
    try {
      commit(transaction, written);
      ended(transaction, "commits " + written, next);
    } catch (MailroomException e) {
      ended(transaction, "fails: " + e.getMessage(), next);
    }
  }

  private void commit(WriterTransaction transaction, List<Fate> written) {
    transaction.commit();
    written.forEach(world.audit::committed);
  }

  private void ended(WriterTransaction transaction, String how, Runnable next) {
    world.note(() -> transaction.name + " " + how);
    open--;
    next.run();
  }
}
