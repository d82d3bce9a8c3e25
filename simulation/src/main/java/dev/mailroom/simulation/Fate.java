package dev.mailroom.simulation;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxStore.RowId;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What became of one message, as the audit sees it from outside. */
final class Fate {

  final String name;
  final UUID id;
  final Optional<String> key;

  /** None if the row is no message. */
  final @Nullable Message message;

  final boolean scheduled;
  final RowId row;
  boolean committed;

  /** An operator wished it away; it may have been sent before. */
  boolean discarded;

  /** How often the broker took it, repeats that it dropped included. */
  int accepted;

  /** Its place among all first acceptances. */
  long acceptedAs;

  /** The broker's answer to an acceptance arrived. */
  boolean confirmed;

  /** Sends that are without an answer. */
  int underway;

  Fate(String name, RowId row, Optional<String> key, @Nullable Message message, boolean scheduled) {
    this.name = name;
    this.id = row.messageId();
    this.row = row;
    this.key = key;
    this.message = message;
    this.scheduled = scheduled;
  }

  boolean mustBeSent() {
    return committed && !discarded && message != null;
  }

  String lane() {
    return row.lane().destination() + key.map(its -> "/" + its).orElse("");
  }

  @Override
  public String toString() {
    return name + " (" + lane() + " seq " + row.seq() + ")";
  }
}
