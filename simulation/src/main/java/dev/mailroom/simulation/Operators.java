package dev.mailroom.simulation;

import dev.mailroom.relay.OutboxStore.Mark;
import dev.mailroom.relay.OutboxStore.ParkedState;
import java.util.ArrayList;
import java.util.List;

/** People who look after dead letters, at any time and not always wisely. */
final class Operators {

  private static final double RETRY = 0.7;
  private static final double MEDDLING = 0.03;

  private final World world;
  private final Dice dice;

  Operators(World world) {
    this.world = world;
    this.dice = world.dice.split();
  }

  /** Some of the dead letters, and now and then a row that nobody asked about. */
  void actOnSome() {
    for (ParkedRow row : rows()) {
      boolean dead = row.state() == ParkedState.DEAD;
      if (!row.isMarked() && dice.chance(dead ? 0.3 : MEDDLING)) {
        act(row);
      }
    }
  }

  /** All dead letters. */
  void actOnAll() {
    for (ParkedRow row : rows()) {
      if (!row.isMarked() && row.state() == ParkedState.DEAD) {
        act(row);
      }
    }
  }

  private List<ParkedRow> rows() {
    List<ParkedRow> rows = new ArrayList<>();
    world.database.outbox.parked.forEach(rows::add);
    return rows;
  }

  private void act(ParkedRow row) {
    Fate fate = world.audit.fate(row.row.id().messageId());
    if (fate.message != null && dice.chance(RETRY)) {
      retry(fate, row);
    } else {
      discard(fate, row);
    }
  }

  void retry(Fate fate, ParkedRow row) {
    world.note(() -> "an operator repairs " + fate.name + " and marks it " + Mark.RETRY);
    world.broker.repair(fate.id);
    world.database.outbox.mark(row, Mark.RETRY);
  }

  void discard(Fate fate, ParkedRow row) {
    world.note(() -> "an operator marks " + fate.name + " " + Mark.DISCARD);
    fate.discarded = true;
    world.database.outbox.mark(row, Mark.DISCARD);
  }
}
