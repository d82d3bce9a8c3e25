package dev.mailroom.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation can fail: each of these bugs is caught within 5 000 histories. */
@Tag("planted")
class PlantedBugsTest {

  private static final int MOST = 5_000;
  private static final int AT_ONCE = 500;

  /**
   * A bug to plant.
   *
   * @param file the class whose source has it
   */
  record Bug(String name, String file, String text, String replacement) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Bug> bugs() {
    return Stream.of(
        new Bug(
            "acknowledged before acceptance",
            "Verdicts",
            "if (result instanceof Result.Accepted) {",
            "if (!(result instanceof Result.Refused)) {"),
        new Bug(
            "lease check skipped",
            "Leases",
            "boolean may = now() < sendUntil;",
            "boolean may = true;"),
        new Bug(
            "taken over by the database's clock",
            "Leases",
            "(holding.owner().isEmpty() || stale || forgotten)",
            "(holding.expired() || stale || forgotten)"),
        new Bug(
            "low-water mark moved at the read",
            "LaneWindow",
            "    highest = Math.max(highest, seq);\n",
            "    highest = Math.max(highest, seq);\n    mark = Math.max(mark, seq);\n"),
        new Bug(
            "low-water mark does not wait for open writers",
            "LowWaterMarks",
            "    if (waitingFor.isEmpty()) {",
            "    if (true) {"),
        new Bug(
            "low-water mark bounded by the newest transaction only",
            "MemoryOutbox",
            "    open.forEach(transaction -> names.add(transaction.name));\n",
            "    open.forEach(t -> { names.clear(); names.add(t.name); });\n"),
        new Bug(
            "window forgotten at the acknowledgement",
            "Engine",
            "    ledger.forgetLater(slots);\n",
            "    slots.forEach(slot -> slot.lane.forget(slot));\n"),
        new Bug(
            "key released before its answer",
            "DestinationQueue",
            "    batch.forEach(verdicts::sending);\n",
            "    batch.forEach(verdicts::sending);\n    batch.forEach(this::passTurn);\n"),
        new Bug(
            "blocked keys not loaded at takeover",
            "Lanes",
            "for (OrderedKey key : blocked) {",
            "for (OrderedKey key : Set.<OrderedKey>of()) {"),
        new Bug(
            "key freed while rows of it are on their way to be parked",
            "Departures",
            "    free.removeAll(unsettled.keySet());\n",
            ""),
        new Bug(
            "failed acknowledgement forgotten",
            "Departures",
            "      for (int i = group.size() - 1; i >= 0; i--) {",
            "      for (int i = -1; i >= 0; i--) {"),
        new Bug(
            "sweep left out",
            "Sweeper",
            "    environment.timeline().schedule(Duration.ofNanos(Math.max(rest, usual)), this::begin);\n",
            ""),
        new Bug(
            "drain before handover left out",
            "Tenure",
            "return state == State.DRAINING && busy == 0;",
            "return state == State.DRAINING;"),
        new Bug(
            "partitions left over by the division not shared out",
            "Shares",
            "int extra = rank < Lane.PARTITIONS % relays ? 1 : 0;",
            "int extra = 0;"),
        new Bug(
            "epoch checked without the lock",
            "MemoryLeases",
            "    leases.forEach(lease -> partitions[lease.partition()].locks++);\n",
            ""),
        new Bug(
            "deleted without the message id",
            "MemoryOutbox",
            "StoredRow row = hot.remove(id);",
            """
            StoredRow other = hot.range(id.lane(), id.seq() - 1, id.seq()).get(id.seq());
            StoredRow row = other == null ? null : hot.remove(other.id());
            """),
        new Bug(
            "retry ahead of its key",
            "ParkedRow",
            "case BLOCKED -> false;",
            "case BLOCKED -> mark == Mark.RETRY;"));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void isCaught(Bug bug) throws Exception {
    Mutant mutant = Mutant.of(bug.file(), bug.text(), bug.replacement());
    long seed = new SecureRandom().nextInt(Integer.MAX_VALUE);
    List<Object> broken = new ArrayList<>();
    int histories = 0;
    while (broken.isEmpty() && histories < MOST) {
      broken.addAll(mutant.broken(seed + histories, AT_ONCE));
      histories += AT_ONCE;
    }
    System.out.printf(
        "%s: caught in %d of %d histories (seed %d)%n", bug, broken.size(), histories, seed);
    broken.stream().limit(1).forEach(verdict -> System.out.println("  " + verdict));
    assertThat(broken).as("seed %s", seed).isNotEmpty();
  }

  @Test
  void withoutABugNothingIsCaught() throws Exception {
    assertThat(
            Mutant.of("ParkedRow", "case BLOCKED -> false;", "case BLOCKED -> false; // as it is")
                .broken(new SecureRandom().nextInt(Integer.MAX_VALUE), AT_ONCE))
        .isEmpty();
  }
}
