package dev.mailroom.relay;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves the low-water marks of the lanes, in rounds. A round proposes for each lane the highest row
 * read so far; then asks which transactions may still write below; and once all of those have
 * ended, settles: the next read that returns a lane whole moves its mark. A transaction that
 * commits late, with a low seq, is so always read above the mark. Where the database cannot tell
 * who writes, no mark moves.
 */
final class LowWaterMarks {

  /** A mark may move once a round; a sample costs about a millisecond. */
  private static final Duration SAMPLE_EVERY = Duration.ofMillis(200);

  private final Environment environment;
  private final StoreCalls<OutboxStore> calls;
  private final ReadLedger ledger;
  private final Supplier<Collection<LaneWindow>> lanes;

  /** The writers that the round waits for; null between rounds. */
  private @Nullable Set<String> writers;

  private int generation;
  private boolean stopped;

  LowWaterMarks(
      Environment environment,
      StoreCalls<OutboxStore> calls,
      ReadLedger ledger,
      Supplier<Collection<LaneWindow>> lanes) {
    this.environment = environment;
    this.calls = calls;
    this.ledger = ledger;
    this.lanes = lanes;
  }

  void start() {
    environment.timeline().schedule(SAMPLE_EVERY, this::sample);
  }

  void stop() {
    stopped = true;
  }

  /** The connection was lost, and with it the certainty that the database is still the same. */
  void forget() {
    generation++;
    writers = null;
    lanes.get().forEach(LaneWindow::forgetMark);
  }

  private void sample() {
    if (stopped) {
      return;
    }
    int begun = generation;
    boolean first = writers == null;
    if (first) {
      lanes.get().forEach(LaneWindow::propose);
    }
    calls.run(
        "sample writers",
        OutboxStore::openWriters,
        open -> {
          if (begun == generation) {
            sampled(first, open);
          }
          start();
        },
        wait -> environment.timeline().schedule(wait, this::sample));
  }

  private void sampled(boolean first, Optional<Set<String>> open) {
    if (open.isEmpty()) {
      return;
    }
    Set<String> waitingFor = first || writers == null ? new HashSet<>(open.get()) : writers;
    waitingFor.retainAll(open.get());
    writers = waitingFor;
    if (waitingFor.isEmpty()) {
      lanes.get().forEach(lane -> lane.settle(ledger.last()));
      writers = null;
    }
  }
}
