package dev.mailroom.relay;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The relay's side of the outbox. Calls block, and come from two or three of the relay's threads at
 * once; none of them is the engine's. A call that fails throws; the relay backs off and tries
 * again.
 */
public interface OutboxStore {

  /** The primary key of a row, and the id that it must still hold when it is deleted. */
  record RowId(Lane lane, long seq, UUID messageId) implements Comparable<RowId> {
    @Override
    public int compareTo(RowId other) {
      int byLane = lane.compareTo(other.lane);
      return byLane != 0 ? byLane : Long.compare(seq, other.seq);
    }
  }

  /**
   * A part of a lane to read.
   *
   * @param after the rows above this seq …
   * @param upTo … up to this one, inclusive
   * @param known rows up to this seq are listed without their content: the reader has most of them
   * @param limit at most so many rows, the lowest
   */
  record Range(Lane lane, long after, long upTo, long known, int limit) {}

  /** A row that was found. */
  sealed interface Row {

    RowId id();

    /** A row without its content: known already, or large. {@code size} is a guess at its bytes. */
    record Listed(RowId id, Optional<String> key, int size) implements Row {}

    /** A row with its content. */
    record Loaded(RowId id, OutboxEntry entry, int size) implements Row {}

    /** A row that is no message, written by hand or by another language; {@code error} says why. */
    record Undecodable(RowId id, Optional<String> key, String error) implements Row {}
  }

  /** What a parked row waits for. */
  enum ParkedState {
    /** An operator: it was refused, or its attempts are used up. */
    DEAD,
    /** An earlier message of its key. */
    BLOCKED
  }

  /** A row to move out of the hot table. */
  record Parking(RowId id, ParkedState state, int attempts, String error) {}

  /** A key with parked rows, whose later messages have to wait. */
  record BlockedKey(Lane lane, String key) {}

  /** The destinations that have rows, in ascending order. */
  List<String> destinations();

  /**
   * Reads parts of lanes, in one statement and without locks: each range's lowest rows in the order
   * of seq, the ranges one after the other. A range that yields fewer rows than its limit was read
   * whole.
   *
   * @param maxInline content of at most so many bytes comes along; larger is only listed
   */
  List<Row> read(List<Range> ranges, int maxInline);

  /** The content of rows that were listed; rows that are gone are left out. */
  List<Row> load(List<RowId> rows);

  /**
   * Deletes rows whose messages the broker has accepted, and only if they still hold that message.
   * It may be lost in a crash of the database; the messages are then sent once more.
   */
  void acknowledge(List<RowId> rows);

  /**
   * The transactions that may still add rows with a seq that was drawn before this call. Empty if
   * there are none, absent if this database cannot tell; names are only compared.
   */
  Optional<Set<String>> openWriters();

  /** Moves rows to {@code outbox_parked}, in one transaction; those that are gone are left out. */
  void park(List<Parking> rows);

  /** The keys that have parked rows. */
  Set<BlockedKey> blockedKeys();
}
