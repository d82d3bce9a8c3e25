package dev.mailroom.tests.isolation;

import dev.mailroom.testkit.PostgresServer;
import dev.mailroom.tests.isolation.Side.Kind;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.sink.ArrivalAudit;
import dev.mailroom.tests.sink.ArrivalLog;
import dev.mailroom.tests.sink.Load;
import dev.mailroom.tests.sink.SickSink;
import dev.mailroom.tests.town.Belongings;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two outboxes with the same backlog for a healthy destination, one of them with sick destinations
 * beside it. Only one relay runs at a time, while the other stands still, for windows that are
 * short and take turns: what disturbs the machine disturbs both.
 */
final class Isolation {

  /** The sick ones, and how many messages wait for them. */
  record Sick(int dead, int poison, int slow) {}

  /**
   * What came of it.
   *
   * @param alone messages a second to the healthy destination, window by window
   * @param beside the same next to the sick ones
   */
  record Outcome(
      List<Double> alone, List<Double> beside, long acceptedByTheDead, ArrivalAudit audit) {}

  private static final Kind HEALTHY = new Kind("sqs:healthy", 1_009);
  private static final Kind DEAD = new Kind(SickSink.DEAD, 1_009);
  private static final Kind SLOW = new Kind(SickSink.SLOW, 1_009);
  private static final Kind POISON = new Kind(Load.LEDGER, 1, SickSink.POISON);
  private static final Kind BESIDE_POISON = new Kind(Load.LEDGER, 101);

  /** More than the healthy destination can take: 16 batches of ten on their way, for 20 ms each. */
  private static final int MOST_PER_SECOND = 8_000;

  private static final int NEW_SICK_ONES = 500;
  private static final Duration WARM_UP = Duration.ofSeconds(3);
  private static final Duration SETTLE = Duration.ofMillis(300);

  /** Longer than the longest pause before a closed gate is tried again, a minute. */
  private static final long STILL_AFTER_MILLIS = 90_000;

  private final Sick sick;
  private final int pairs;
  private final Duration window;
  private final Progress progress;

  Isolation(Sick sick, int pairs, Duration window, Progress progress) {
    this.sick = sick;
    this.pairs = pairs;
    this.window = window;
    this.progress = progress;
  }

  Outcome run() throws Exception {
    try (Belongings belongings = new Belongings()) {
      Path directory = belongings.directory("mailroom-isolation");
      PostgresServer server = belongings.own(PostgresServer.start());
      Side alone = belongings.own(new Side(server, "alone", directory));
      Side beside = belongings.own(new Side(server, "beside", directory));
      alone.awaitRelay();
      beside.awaitRelay();
      progress.show(() -> "writes the backlogs");
      beside.fill(DEAD, sick.dead());
      beside.fillInVain(POISON, sick.poison());
      beside.fill(BESIDE_POISON, sick.poison());
      beside.fill(SLOW, sick.slow());
      progress.show(
          () -> "accepted alone %d, beside sick ones %d".formatted(alone.total(), beside.total()));
      beside.standStill();
      window(alone, WARM_UP);
      window(beside, WARM_UP);
      return compare(alone, beside);
    }
  }

  private Outcome compare(Side alone, Side beside)
      throws IOException, SQLException, InterruptedException {
    List<Double> rates = new ArrayList<>();
    List<Double> ratesBeside = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      if (i % 2 == 0) { // what comes second may have it easier
        rates.add(window(alone, window));
        ratesBeside.add(sickWindow(beside));
      } else {
        ratesBeside.add(sickWindow(beside));
        rates.add(window(alone, window));
      }
    }
    long deadAccepted = beside.accepted(SickSink.DEAD, 0, Long.MAX_VALUE);
    alone.goOn();
    beside.goOn();
    beside.tell("heal");
    progress.say("the sick destinations are well again");
    awaitArrival(alone);
    awaitArrival(beside);
    return new Outcome(rates, ratesBeside, deadAccepted, alone.audit().plus(beside.audit()));
  }

  /** The sick ones get new messages all the time. */
  private double sickWindow(Side side) throws IOException, SQLException, InterruptedException {
    side.fill(DEAD, NEW_SICK_ONES);
    side.fill(SLOW, NEW_SICK_ONES);
    side.fillInVain(POISON, NEW_SICK_ONES);
    return window(side, window);
  }

  private double window(Side side, Duration time)
      throws IOException, SQLException, InterruptedException {
    long seconds = time.plus(SETTLE).toMillis() / 1_000 + 1;
    side.topUp(HEALTHY, (int) seconds * MOST_PER_SECOND);
    side.goOn();
    Thread.sleep(SETTLE.toMillis());
    long from = ArrivalLog.micros();
    Thread.sleep(time.toMillis());
    long to = ArrivalLog.micros();
    side.standStill();
    return side.accepted(HEALTHY.destination(), from, to) / ((to - from) / 1e6);
  }

  private static void awaitArrival(Side side) throws IOException, InterruptedException {
    long missing = side.missing();
    long since = System.nanoTime();
    while (missing > 0 && System.nanoTime() - since < STILL_AFTER_MILLIS * 1_000_000) {
      Thread.sleep(500);
      long now = side.missing();
      since = now < missing ? System.nanoTime() : since;
      missing = now;
    }
  }
}
