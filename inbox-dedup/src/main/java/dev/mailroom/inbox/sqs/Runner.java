package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** On the calling thread. */
  Map<Delivery, Verdict> run(Run run, List<Delivery> deliveries) {
    long begun = System.nanoTime();
    Map<Delivery, Verdict> verdicts = new HashMap<>();
    List<Attempt> attempts = attempts(run, deliveries);
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    for (Attempt attempt : attempts) {
      Verdict verdict = judge.verdict(attempt, took);
      boolean closing = verdict == Verdict.AGAIN && run.isClosing();
      verdicts.put(attempt.delivery(), closing ? Verdict.BACK : verdict);
      attempt
          .failure()
          .filter(InterruptedException.class::isInstance)
          .filter(error -> !run.wasInterrupted())
          .ifPresent(error -> Thread.currentThread().interrupt());
    }
    return verdicts;
  }

  /** What comes after this is no longer the handler's, and not interrupted any more. */
  private List<Attempt> attempts(Run run, List<Delivery> deliveries) {
    Future<?> alarm =
        timer.schedule(
            () -> overdue(run), settings.maxProcessing().toNanos(), TimeUnit.NANOSECONDS);
    run.begin();
    try {
      return worker.work(deliveries);
    } finally {
      run.end();
      alarm.cancel(false);
    }
  }

  /**
   * The messages are extended no longer: if the handler does not heed the interrupt, others can
   * have them when their visibility timeout is over, and find them in progress.
   */
  private void overdue(Run run) {
    if (run.interrupt()) {
      run.deliveries().forEach(heartbeat::release);
      log.warn(
          "Handlers of {} ran for longer than maxProcessing, {}, and were interrupted",
          run.deliveries(),
          settings.maxProcessing());
      listener.interrupted(settings.source(), run.deliveries().size());
    }
  }
}
