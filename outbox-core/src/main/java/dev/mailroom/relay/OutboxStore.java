package dev.mailroom.relay;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.relay.LeaseStore.Lease;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The relay's side of the outbox. Calls block, and come from several of the relay's threads at
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

    /** Where it is, and which message it holds. */
    RowId id();

    /** A row without its content: known already, or large. {@code size} is a guess at its bytes. */
    record Listed(RowId id, Optional<String> key, int size) implements Row {}

    /** A row with its content. */
    record Loaded(RowId id, OutboxEntry entry, int size) implements Row {}

    /** A row that is no message, written by hand or by another language; {@code error} says why. */
    record Undecodable(RowId id, Optional<String> key, String error) implements Row {}
  }

  /** A destination that is known to the outbox. While it is paused, nothing is sent to it. */
  record Destination(String name, boolean paused) {}

  /** What a parked row waits for. */
  enum ParkedState {
    /** The time that its writer asked for. */
    SCHEDULED,
    /** Its next attempt. */
    RETRYING,
    /** An earlier message of its key. */
    BLOCKED,
    /** An operator: it was refused, or its attempts are used up. */
    DEAD
  }

  /** What an operator wants done with a parked row. */
  enum Mark {
    /** To be sent again, with all its attempts before it. */
    RETRY,
    /** To be deleted unsent. */
    DISCARD
  }

  /**
   * How a row is to be parked.
   *
   * @param delay from now by the database's clock until it is due; counts for RETRYING only
   */
  record Parking(RowId id, ParkedState state, Duration delay, int attempts, String error) {}

  /**
   * A lane in which order matters.
   *
   * @param deadBlocks whether the later messages of a key wait behind a DEAD one
   */
  record OrderedLane(Lane lane, boolean deadBlocks) {}

  /** A key of such a lane. */
  record OrderedKey(OrderedLane lane, String key) {}

  /**
   * A parked row whose time has come.
   *
   * @param ordered whether it keeps its place in its key; not so if it was scheduled
   * @param attempts made so far; 0 again once an operator wants a retry
   * @param mark an operator's wish
   */
  record Due(Row row, boolean ordered, int attempts, Optional<Mark> mark) {}

  /**
   * What became of rows, to be written in one transaction. A row that is not there any more is left
   * out.
   *
   * @param park rows to move from {@code outbox_message} to {@code outbox_parked}
   * @param repark rows to leave in {@code outbox_parked} with a new state, and without a mark
   * @param remove rows to delete from {@code outbox_parked}
   * @param keys the ordered keys of all of them, except of rows that were scheduled
   */
  record Settlement(
      List<Parking> park, List<Parking> repark, List<RowId> remove, Set<OrderedKey> keys) {}

  /**
   * The server has answered that it does not do it: somebody holds a lock, a right is missing. The
   * connection is well, and what is known of the server holds.
   */
  final class Refused extends MailroomException {
    private static final long serialVersionUID = 1L;

    /** Tells of {@code cause}. */
    public Refused(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Another server answers than before, or the same one anew: its sequence may have been set back.
   * Until {@link #heeded} is called, so fails every call whose answer counts only together with
   * what was known of the old one.
   */
  final class ServerChanged extends MailroomException {
    private static final long serialVersionUID = 1L;

    private final transient Runnable onHeeded;

    /**
     * @param onHeeded lets answers of the new server pass from then on
     */
    public ServerChanged(String message, Runnable onHeeded) {
      super(message);
      this.onHeeded = onHeeded;
    }

    /** To be called once all that was known of the old server is forgotten. */
    public void heeded() {
      onHeeded.run();
    }
  }

  /**
   * The destinations that have rows or had some, in ascending order. It costs one index probe a
   * destination, whatever the number of rows.
   */
  List<Destination> destinations();

  /** Remembers destinations, so that an operator can see and pause them. */
  void remember(List<String> destinations);

  /**
   * Reads parts of lanes, in one statement and without locks: each range's lowest rows in the order
   * of seq, the ranges one after the other. A range that yields fewer rows than its limit was read
   * whole.
   *
   * @param maxInline content of at most so many bytes comes along; larger is only listed
   * @throws ServerChanged if the answer is another server's, for which the ranges were not meant
   */
  List<Row> read(List<Range> ranges, int maxInline);

  /** The content of rows that were listed, parked or not; rows that are gone are left out. */
  List<Row> load(List<RowId> rows);

  /**
   * Deletes rows whose messages the broker has accepted, and only if they still hold that message.
   * It may be lost in a crash of the database; the messages are then sent once more.
   */
  void acknowledge(List<RowId> rows);

  /**
   * The transactions that may still add rows with a seq that was drawn before this call. Empty if
   * there are none, absent if this database cannot tell; names are only compared.
   *
   * @throws ServerChanged if the answer is another server's
   */
  Optional<Set<String>> openWriters();

  /**
   * A new view for one engine: what it heeds of {@link ServerChanged} it heeds for itself. Who
   * wraps a store wraps its views, too.
   */
  default OutboxStore view() {
    return this;
  }

  /** A new view of the leases, on a connection of its own. */
  LeaseStore leases();

  /**
   * Prepares lanes for their new owner: the keys that have parked rows, behind which later messages
   * have to wait. The first row of each key decides: while it is BLOCKED it becomes RETRYING and
   * due; DEAD ones do not count where they do not block. So a key never waits for nothing.
   *
   * @throws LeaseStore.LeaseLost if one of the leases is not held any more, checked under a lock
   *     that keeps them from changing hands until all is written
   */
  Set<OrderedKey> openLanes(Collection<Lease> leases, List<OrderedLane> lanes);

  /**
   * Parked rows that are due, of certain partitions and destinations: SCHEDULED, RETRYING and
   * marked ones, by the time they were due and then by seq.
   *
   * @param limit at most so many rows a destination
   * @param maxInline content of at most so many bytes comes along; larger is only listed
   */
  List<Due> due(Set<Integer> partitions, List<String> destinations, int limit, int maxInline);

  /**
   * Writes what became of rows; then lets the first rows of the keys go, as {@link #openLanes}
   * does.
   *
   * @return those of the keys that have no row left behind which others have to wait
   * @throws LeaseStore.LeaseLost as {@link #openLanes}; then nothing is written
   */
  Set<OrderedKey> settle(Collection<Lease> leases, Settlement settlement);
}
