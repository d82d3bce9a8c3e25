package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs handlers for as long as they may take, and asks what becomes of their messages. */
record Runner(
    Settings settings,
    Worker worker,
    Judge judge,
    Heartbeat heartbeat,
    ScheduledExecutorService timer,
    InboxListener listener) {

  private static final Logger log = LoggerFactory.getLogger(Runner.class);

  /**
   * On the calling thread. What has no verdict then was not begun, because the consumer closes.
   *
   * @param giveBackBehind is run when it has taken too long
   */
  Map<Delivery, Verdict> run(Run run, List<Delivery> deliveries, Runnable giveBackBehind) {
    Map<Delivery, Verdict> verdicts = new HashMap<>();
    for (List<Delivery> left = deliveries; !left.isEmpty() && run.begin(); ) {
      long begun = System.nanoTime();
      List<Attempt> attempts = attempts(run, left, giveBackBehind);
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      attempts.forEach(attempt -> verdicts.put(attempt.delivery(), verdict(run, attempt, took)));
      left = next(run, left, verdicts);
    }
    return verdicts;
  }

  private Verdict verdict(Run run, Attempt attempt, Duration took) {
    attempt
        .failure()
        .filter(InterruptedException.class::isInstance)
        .filter(error -> !run.wasInterrupted())
        .ifPresent(error -> Thread.currentThread().interrupt());
    Verdict verdict = judge.verdict(attempt, took);
    return verdict == Verdict.AGAIN && run.isClosing() ? Verdict.BACK : verdict;
  }

  /** What runs once more before all is settled, for it lost nothing but time. */
  private List<Delivery> next(Run run, List<Delivery> ran, Map<Delivery, Verdict> verdicts) {
    boolean over = run.wasInterrupted() || Thread.currentThread().isInterrupted();
    boolean away = verdicts.containsValue(Verdict.NOT_NOW);
    List<Delivery> next = over ? List.of() : untried(ran, verdicts, away);
    if (away && (over || !rested(next))) {
      judge.outage().giveUp();
      return List.of();
    }
    return next;
  }

  /**
   * Those for want of the database, and those behind a failure that has left their group for good;
   * not those behind one that comes again.
   */
  private static List<Delivery> untried(
      List<Delivery> ran, Map<Delivery, Verdict> verdicts, boolean away) {
    Set<String> stopped = new HashSet<>();
    List<Delivery> untried = new ArrayList<>();
    for (Delivery delivery : ran) {
      Verdict verdict = verdicts.getOrDefault(delivery, Verdict.AGAIN);
      boolean ordered = delivery.group().isPresent();
      if (verdict.comesAgain()) {
        delivery.group().ifPresent(stopped::add);
      } else if (!verdict.letsOthersRun()
          && (away || ordered)
          && delivery.group().filter(stopped::contains).isEmpty()) {
        untried.add(delivery);
      }
    }
    return untried;
  }

  /** Whether they may try the database again. */
  private boolean rested(List<Delivery> deliveries) {
    try {
      boolean open = judge.outage().rest();
      long now = System.nanoTime();
      long margin = settings.margin().toNanos();
      return open && deliveries.stream().allMatch(each -> each.isOursFor(margin, now));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What comes after this is no longer the handler's, and not interrupted any more. */
  private List<Attempt> attempts(Run run, List<Delivery> deliveries, Runnable giveBackBehind) {
    Future<?> alarm =
        timer.schedule(
            () -> overdue(run, giveBackBehind),
            settings.maxProcessing().toNanos(),
            TimeUnit.NANOSECONDS);
    deliveries.forEach(Delivery::begin);
    try {
      return worker.work(run, deliveries, judge.outage()::ended);
    } finally {
      run.end();
      alarm.cancel(false);
    }
  }

  /**
   * The messages are extended no longer: if the handler does not heed the interrupt, others can
   * have them when their visibility timeout is over, and find them in progress.
   */
  private void overdue(Run run, Runnable giveBackBehind) {
    if (run.interrupt()) {
      for (Delivery delivery : run.deliveries()) {
        var unused = heartbeat.release(delivery);
      }
      log.warn(
          "Handlers of {} ran for longer than maxProcessing, {}, and were interrupted",
          run.deliveries(),
          settings.maxProcessing());
      listener.interrupted(settings.source(), run.deliveries().size());
      // Behind a last delivery they have none left: they run here when it ends.
      if (run.deliveries().stream().noneMatch(judge::isLast)) {
        giveBackBehind.run();
      }
    }
  }
}
