package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks below the marks, where no row should be. One that is there all the same, because the
 * sequence was set back or a rule was broken, lowers its lane's mark and is then read like any
 * other. So no message is lost for a mark that was wrong.
 */
final class Sweeper {

  private static final int LANES_AT_ONCE = 64;
  private static final int PAGE = 500;

  /** What was overlooked waits about so long. */
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(2);

  /** It rests so many times as long as it works, but not for ever. */
  private static final int REST = 20;

  private static final Duration LONGEST_REST = Duration.ofSeconds(30);

  private final Environment environment;
  private final StoreCalls<OutboxStore> calls;
  private final ReadLedger ledger;
  private final Supplier<Collection<LaneWindow>> lanes;
  private final Consumer<LaneWindow> found;
  private final Deque<Range> todo = new ArrayDeque<>();
  private boolean stopped;
  private long worked;

  /**
   * @param found takes a lane whose mark was lowered
   */
  Sweeper(
      Environment environment,
      StoreCalls<OutboxStore> calls,
      ReadLedger ledger,
      Supplier<Collection<LaneWindow>> lanes,
      Consumer<LaneWindow> found) {
    this.environment = environment;
    this.calls = calls;
    this.ledger = ledger;
    this.lanes = lanes;
    this.found = found;
  }

  void start() {
    long rest = Math.min(worked * REST, LONGEST_REST.toNanos());
    long usual = SWEEP_EVERY.toNanos();
    worked = 0;
    environment.timeline().schedule(Duration.ofNanos(Math.max(rest, usual)), this::begin);
  }

  void stop() {
    stopped = true;
  }

  private void begin() {
    for (LaneWindow lane : lanes.get()) {
      if (lane.mark() > 0) {
        todo.add(page(lane, 0));
      }
    }
    step();
  }

  /** Nothing comes with its content: what is found is read again by the usual way. */
  private static Range page(LaneWindow lane, long after) {
    return new Range(lane.lane, after, lane.mark(), Long.MAX_VALUE, PAGE);
  }

  private void step() {
    if (stopped) {
      return;
    }
    List<Range> ranges = new ArrayList<>();
    while (!todo.isEmpty() && ranges.size() < LANES_AT_ONCE) {
      ranges.add(todo.remove());
    }
    if (ranges.isEmpty()) {
      start();
      return;
    }
    long number = ledger.begin();
    long began = environment.timeline().nanos();
    calls.run(
        "sweep",
        store -> store.read(ranges, 0),
        rows -> {
          check(ranges, rows);
          ledger.end(number);
          worked += environment.timeline().nanos() - began;
          step();
        },
        wait -> {
          ledger.end(number);
          todo.clear();
          start();
        });
  }

  private void check(List<Range> ranges, List<Row> rows) {
    Map<Lane, LaneWindow> byLane = new HashMap<>();
    lanes.get().forEach(lane -> byLane.put(lane.lane, lane));
    Map<Lane, List<Row>> rowsOf = new HashMap<>();
    rows.forEach(
        row -> rowsOf.computeIfAbsent(row.id().lane(), lane -> new ArrayList<>()).add(row));
    for (Range range : ranges) {
      LaneWindow lane = byLane.get(range.lane());
      List<Row> below = rowsOf.getOrDefault(range.lane(), List.of());
      if (lane != null) {
        check(lane, below);
        if (below.size() >= range.limit()) {
          todo.add(page(lane, below.get(below.size() - 1).id().seq()));
        }
      }
    }
  }

  private void check(LaneWindow lane, List<Row> below) {
    for (Row row : below) {
      if (!lane.holds(row.id()) && row.id().seq() <= lane.mark()) {
        lane.lowerMark(row.id().seq() - 1);
        found.accept(lane);
        return;
      }
    }
  }
}
