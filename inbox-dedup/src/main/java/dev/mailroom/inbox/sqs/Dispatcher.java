package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds what was received, runs what may run, and settles what has run. Thread-safe. */
final class Dispatcher {

  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private static final Duration LEAST_REST = Duration.ofMillis(100);

  /** A pool without a queue refuses what comes just before a thread of it is free. */
  private static final int PATIENCE = 3;

  private static final long LOOK_MILLIS = 200;
  private static final Backoff REST = new Backoff(LEAST_REST, Duration.ofSeconds(2));

  private final Settings settings;
  private final Runner runner;
  private final Heartbeat heartbeat;
  private final Settlement settlement;
  private final Executor executor;
  private final InboxListener listener;
  private final Object lock = new Object();
  private final Object telling = new Object();

  /** Guarded by {@link #lock}. */
  private final GroupQueue<Delivery> queue;

  /** Guarded by {@link #lock}. */
  private final Set<Run> runs = new LinkedHashSet<>();

  /** Guarded by {@link #lock}. */
  private boolean closed;

  Dispatcher(
      Settings settings,
      Runner runner,
      Settlement settlement,
      Executor executor,
      InboxListener to) {
    this.settings = settings;
    this.runner = runner;
    this.heartbeat = settlement.heartbeat();
    this.settlement = settlement;
    this.executor = executor;
    this.listener = to;
    // In a batch, one that takes too long would take its group with it, untried.
    this.queue =
        new GroupQueue<>(
            settings.concurrency(), settings.batch(), Delivery::group, runner.judge()::isLast);
  }

  /** Waits until a receive is worthwhile: for how many messages there is room, 0 once closed. */
  int awaitRoom() throws InterruptedException {
    synchronized (lock) {
      while (!closed && room() == 0) {
        // The end of an outage notifies nobody here, for a handler may run on for long.
        lock.wait(outage().isAway() ? LOOK_MILLIS : 0);
      }
      return closed ? 0 : room();
    }
  }

  /** While the database is away, one message is enough to find out when it is back. */
  private int room() {
    int held = queue.size();
    return outage().isAway() ? (held == 0 ? 1 : 0) : settings.room(held);
  }

  Outage outage() {
    return runner.judge().outage();
  }

  /** Takes what was received, in the order in which it came. */
  void accept(List<Delivery> received) {
    boolean late;
    synchronized (lock) {
      late = closed;
      if (!late) {
        received.forEach(heartbeat::hold);
        received.forEach(this::queue);
      }
    }
    if (late) {
      settlement.giveBack(received);
    }
    startReady();
  }

  private void queue(Delivery delivery) {
    if (queue.add(delivery)) {
      delivery.first();
    }
  }

  /** Takes no more, and gives back what has not begun to run. */
  void close() {
    List<Delivery> unstarted;
    synchronized (lock) {
      closed = true;
      unstarted = new ArrayList<>(queue.drain());
      // The executor may not have come to these yet.
      for (Run run : runs.stream().filter(Run::take).toList()) {
        unstarted.addAll(run.deliveries());
        unstarted.addAll(queue.end(run.deliveries(), delivery -> false));
        runs.remove(run);
      }
      lock.notifyAll();
    }
    settlement.giveBack(unstarted);
    tell();
  }

  /** Whether nothing runs any more, and all is settled, within {@code nanos}. */
  boolean awaitEmpty(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    synchronized (lock) {
      for (long left = nanos; !runs.isEmpty() && left > 0; left = deadline - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(lock, left);
      }
      return runs.isEmpty();
    }
  }

  /** What runs now. */
  List<Run> runs() {
    synchronized (lock) {
      return List.copyOf(runs);
    }
  }

  private void startReady() {
    for (Optional<Run> next = next(); next.isPresent(); next = next()) {
      submit(next.get(), 1);
    }
    tell();
  }

  private void submit(Run run, int attempt) {
    try {
      executor.execute(() -> run(run));
    } catch (RuntimeException | Error e) {
      refused(run, attempt, e);
    }
  }

  /**
   * Be it that the executor is full or closed, or that the system has no thread for it. The
   * messages stay and keep their slot, so that it costs no deliveries and no more are received.
   */
  private void refused(Run run, int attempt, Throwable error) {
    if (attempt == PATIENCE) {
      log.warn("The executor did not take {}; it is asked again", run.deliveries(), error);
    }
    Duration rest = LEAST_REST.plus(REST.delay(attempt, ThreadLocalRandom.current()));
    var unused =
        runner
            .timer()
            .schedule(() -> submit(run, attempt + 1), rest.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** One at a time, so that the last figures told are the last ones. */
  private void tell() {
    synchronized (telling) {
      int running;
      int waiting;
      synchronized (lock) {
        running = queue.running();
        waiting = queue.waiting();
      }
      listener.holds(settings.source(), running, waiting);
    }
  }

  private Optional<Run> next() {
    synchronized (lock) {
      List<Delivery> next = queue.next();
      if (next.isEmpty()) {
        return Optional.empty();
      }
      Run run = new Run(next);
      runs.add(run);
      return Optional.of(run);
    }
  }

  private void run(Run run) {
    if (!run.take()) {
      return;
    }
    Map<Delivery, Verdict> verdicts = new HashMap<>();
    try {
      List<Delivery> ours = ours(run, verdicts);
      verdicts.putAll(runner.run(run, ours, () -> giveBackBehind(run)));
      ours.forEach(delivery -> verdicts.putIfAbsent(delivery, Verdict.BACK));
    } finally {
      settle(run, verdicts);
      startReady();
    }
  }

  /** Nobody knows when it ends, if ever: what waits for it need not wait here. */
  private void giveBackBehind(Run run) {
    List<Delivery> behind;
    synchronized (lock) {
      behind = queue.takeBehind(run.deliveries());
      lock.notifyAll();
    }
    giveBack(behind);
    tell();
  }

  private void giveBack(List<Delivery> untried) {
    untried.forEach(runner.judge()::outlived);
    settlement.giveBack(untried);
  }

  /** What is not, and what comes behind it in its group, gets its verdict here. */
  private List<Delivery> ours(Run run, Map<Delivery, Verdict> verdicts) {
    List<Delivery> ours = new ArrayList<>();
    Set<String> stopped = new HashSet<>();
    for (Delivery delivery : run.deliveries()) {
      boolean held = delivery.isOursFor(settings.margin().toNanos(), System.nanoTime());
      if (held && delivery.group().filter(stopped::contains).isEmpty()) {
        ours.add(delivery);
        continue;
      }
      verdicts.put(delivery, held ? Verdict.BACK : Verdict.LOST);
      delivery.group().ifPresent(stopped::add);
      if (!held) {
        log.warn(
            "{} waited here past its visibility timeout of {}; it is not run and comes again",
            delivery,
            settings.visibility());
      }
    }
    return ours;
  }

  private void settle(Run run, Map<Delivery, Verdict> verdicts) {
    List<Delivery> back = new ArrayList<>();
    for (Delivery delivery : run.deliveries()) {
      switch (verdicts.getOrDefault(delivery, Verdict.AGAIN)) {
        case DONE -> settlement.delete(delivery);
        case AGAIN -> settlement.retryLater(delivery);
        case ELSEWHERE -> settlement.retryMuchLater(delivery);
        case GIVEN_UP -> settlement.giveUp(delivery);
        case BACK, NOT_NOW -> back.add(delivery);
        case LOST -> settlement.forget(delivery);
      }
    }
    synchronized (lock) {
      back.addAll(
          queue.end(
              run.deliveries(),
              delivery -> verdicts.getOrDefault(delivery, Verdict.AGAIN).letsOthersRun()));
      lock.notifyAll();
    }
    giveBack(back);
    synchronized (lock) {
      runs.remove(run);
      lock.notifyAll();
    }
  }
}
