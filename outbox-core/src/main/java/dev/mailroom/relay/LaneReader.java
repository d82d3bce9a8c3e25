package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Reads the lanes that are due, many in one statement, one statement at a time. Lanes that bring
 * rows are hot and due again soon; lanes that stay empty turn cold. The lane that waited longest
 * goes first, and what a statement may return is bounded, so that no lane starves another.
 */
final class LaneReader {

  private static final int MOST_RANGES = 500;

  /** What one statement returns at most, so that no read is long and memory stays bounded. */
  private static final int MOST_ROWS = 1_000;

  /** A lane stays hot for so long after its last row: more of them are likely. */
  private static final Duration COOL_AFTER = Duration.ofSeconds(1);

  /** Lanes that stay empty rest at least so many times as long as it takes to read them all. */
  private static final int REST = 10;

  /** What becomes of the rows. */
  interface Intake {
    void row(LaneWindow lane, Row row);

    /** All rows of one read were handed over. */
    void pause();
  }

  private static final Comparator<LaneWindow> BY_DUE =
      Comparator.<LaneWindow>comparingLong(lane -> lane.dueAt).thenComparing(lane -> lane.lane);

  private final Environment environment;
  private final StoreCalls<OutboxStore> calls;
  private final ReadLedger ledger;
  private final ContentLoader loader;
  private final Intake intake;
  private final NavigableSet<LaneWindow> schedule = new TreeSet<>(BY_DUE);
  private boolean reading;
  private boolean stopped;
  private double nanosPerLane;
  private final Alarm next;

  /** Reads up to this one began before the marks were last forgotten. */
  private long unsureUpTo;

  LaneReader(
      Environment environment,
      StoreCalls<OutboxStore> calls,
      ReadLedger ledger,
      ContentLoader loader,
      Intake intake) {
    this.environment = environment;
    this.calls = calls;
    this.ledger = ledger;
    this.loader = loader;
    this.intake = intake;
    next = new Alarm(environment.timeline(), this::read);
  }

  /** Makes a lane, new or known, due at once. */
  void hurry(LaneWindow lane) {
    schedule.remove(lane);
    lane.dueAt = now();
    schedule.add(lane);
  }

  void stop() {
    stopped = true;
  }

  /** Its partition is no longer this relay's. */
  void forget(LaneWindow lane) {
    schedule.remove(lane);
  }

  void forgetMarks() {
    unsureUpTo = ledger.last();
  }

  /** Reads if a lane is due, else sets a timer for the next one. */
  void read() {
    if (reading || stopped) {
      return;
    }
    List<LaneWindow> due = takeDue();
    if (due.isEmpty()) {
      awaitNext();
      return;
    }
    reading = true;
    long number = ledger.begin();
    List<Range> ranges = due.stream().map(LaneWindow::next).toList();
    int inline = loader.inlineBytes(MOST_ROWS);
    long began = now();
    calls.run(
        "read",
        store -> store.read(ranges, inline),
        rows -> {
          learnCost(due.size(), rows.size(), now() - began);
          returned(number, due, ranges, rows);
        },
        wait -> failed(number, due, wait));
  }

  private List<LaneWindow> takeDue() {
    List<LaneWindow> due = new ArrayList<>();
    List<LaneWindow> resting = new ArrayList<>();
    long now = now();
    int room = MOST_ROWS;
    while (!schedule.isEmpty()
        && schedule.first().dueAt <= now
        && room > 0
        && due.size() < MOST_RANGES) {
      LaneWindow lane = schedule.pollFirst();
      if (lane.hasRoom() && lane.queue.wantsMore()) {
        due.add(lane);
        room -= lane.next().limit();
      } else {
        resting.add(lane);
      }
    }
    resting.forEach(lane -> reschedule(lane, rest(lane)));
    return due;
  }

  private void returned(long number, List<LaneWindow> lanes, List<Range> ranges, List<Row> rows) {
    if (number <= unsureUpTo) { // above marks that are void now; lower rows have to be read first
      failed(number, lanes, Duration.ZERO);
      return;
    }
    reading = false;
    Map<Object, List<Row>> byLane = new HashMap<>();
    rows.forEach(
        row -> byLane.computeIfAbsent(row.id().lane(), lane -> new ArrayList<>()).add(row));
    for (int i = 0; i < lanes.size(); i++) {
      LaneWindow lane = lanes.get(i);
      if (lane.tenure.isHeld()) {
        take(number, lane, ranges.get(i), byLane.getOrDefault(lane.lane, List.of()));
      }
    }
    ledger.end(number); // not before: what it shows may be gone, and is known only until then
    intake.pause();
    read();
  }

  private void take(long number, LaneWindow lane, Range range, List<Row> rows) {
    boolean full = rows.size() >= range.limit();
    long wholeUpTo = full ? rows.get(rows.size() - 1).id().seq() : Long.MAX_VALUE;
    for (Row row : rows) {
      if (lane.slot(row.id().seq()) == null) {
        lane.lastSign = now();
        intake.row(lane, row);
      } else if (!lane.holds(row.id())) {
        // The sequence was set back and this seq is held by an older message that is about to go.
        wholeUpTo = Math.min(wholeUpTo, row.id().seq() - 1);
        break; // and those behind it must not overtake it
      }
      lane.sawRow(row.id().seq());
    }
    lane.readWhole(number, wholeUpTo);
    lane.fed(full);
    if (schedule.contains(lane)) {
      return; // it was hurried meanwhile, and is due at once
    }
    if (full) {
      reschedule(lane, Duration.ZERO);
    } else if (now() - lane.lastSign < COOL_AFTER.toNanos()) {
      reschedule(lane, environment.settings().pollHot());
    } else {
      coolDown(lane);
    }
  }

  /** A full window is hurried when it has room again; what is ready may be sent in no time. */
  private Duration rest(LaneWindow lane) {
    Settings settings = environment.settings();
    return lane.hasRoom() && lane.queue.isOpen() ? settings.pollHot() : settings.pollCold();
  }

  /**
   * Cold lanes keep to common times. If each kept its own, there would always be one that is due,
   * and a thousand statements a second would read a few lanes each.
   */
  private void coolDown(LaneWindow lane) {
    long readAll = (long) (nanosPerLane * schedule.size() * REST);
    long rest = Math.max(readAll, environment.settings().pollCold().toNanos());
    // A power of two, which remains the same while what reads cost goes up and down a little.
    long times = Math.max(1, Long.highestOneBit(rest) / 8);
    schedule.remove(lane);
    lane.dueAt = Math.floorDiv(now() + rest, times) * times;
    schedule.add(lane);
  }

  /** Only a read of many lanes tells what they cost; that of a few is a round trip. */
  private void learnCost(int ranges, int rows, long took) {
    if (ranges >= MOST_RANGES / 2) {
      nanosPerLane += ((double) took / (ranges + rows) - nanosPerLane) / 16;
    }
  }

  private void failed(long number, List<LaneWindow> lanes, Duration wait) {
    ledger.end(number);
    lanes.stream().filter(lane -> lane.tenure.isHeld()).forEach(lane -> reschedule(lane, wait));
    environment
        .timeline()
        .schedule(
            wait,
            () -> {
              reading = false;
              read();
            });
  }

  private void reschedule(LaneWindow lane, Duration wait) {
    schedule.remove(lane);
    lane.dueAt = now() + wait.toNanos();
    schedule.add(lane);
  }

  private void awaitNext() {
    if (!schedule.isEmpty()) {
      next.setAtMost(Duration.ofNanos(Math.max(0, schedule.first().dueAt - now())));
    }
  }

  private long now() {
    return environment.timeline().nanos();
  }
}
