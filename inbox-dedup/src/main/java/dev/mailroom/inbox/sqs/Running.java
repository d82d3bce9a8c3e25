package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of a started consumer, and the order in which they end. */
final class Running {

  private static final Logger log = LoggerFactory.getLogger(Running.class);

  /** For handlers that were interrupted to end, and for the last calls to SQS. */
  private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final String name;
  private final Settings settings;
  private final Poison poison;
  private final ScheduledThreadPoolExecutor timer;
  private final HandlerThreads handlers;
  private final Executor executor;
  private final Dispatcher dispatcher;
  private final Settlement settlement;
  private final Receiver receiver;

  Running(
      SqsQueue queue, Settings settings, Worker worker, Inspection inspection, HandlerThreads on) {
    this.name = "mailroom-consumer-" + queue.name();
    this.settings = settings;
    this.poison = inspection.poison();
    this.handlers = on;
    InboxListener listener = inspection.findings().listener();
    timer =
        new ScheduledThreadPoolExecutor(
            1, HandlerThreads.named(name + "-timer"), new ThreadPoolExecutor.DiscardPolicy());
    timer.setRemoveOnCancelPolicy(true);
    Heartbeat heartbeat = new Heartbeat(queue, settings, listener);
    settlement = new Settlement(queue, heartbeat, settings, timer, listener);
    Runner runner =
        new Runner(
            settings,
            worker,
            new Judge(poison, new Outage(queue.name()), listener),
            heartbeat,
            timer,
            listener);
    executor = handlers.start(name, settings.concurrency());
    dispatcher = new Dispatcher(settings, runner, settlement, executor, listener);
    receiver = new Receiver(queue, settings, inspection, dispatcher, listener);
    if (settings.beats()) {
      long interval = settings.heartbeat().toNanos();
      var unused = timer.scheduleAtFixedRate(heartbeat, interval, interval, TimeUnit.NANOSECONDS);
    }
    new Thread(receiver, name).start();
  }

  void stop() {
    receiver.stop();
    poison.close();
    dispatcher.close();
    try {
      if (!dispatcher.awaitEmpty(settings.shutdown().toNanos())) {
        interrupt();
      }
      receiver.awaitEnd();
      if (!settlement.flush(FLUSH_NANOS)) {
        log.warn("{}: SQS did not answer in time; what is unsettled is left to redelivery", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      log.warn("{}: interrupted while closing; what is unsettled is left to redelivery", name);
    } finally {
      timer.shutdownNow();
      handlers.stop(executor);
    }
  }

  /** What does not end then is shown to others, who find it in progress until it ends. */
  private void interrupt() throws InterruptedException {
    dispatcher.runs().forEach(Run::close);
    if (!dispatcher.awaitEmpty(FLUSH_NANOS)) {
      for (Run run : dispatcher.runs()) {
        log.warn(
            "{}: {} still run after {} and an interrupt, and go back to the queue",
            name,
            run.deliveries(),
            settings.shutdown());
        run.deliveries().forEach(settlement::retryLater);
      }
    }
  }
}
