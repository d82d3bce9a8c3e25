package dev.mailroom.inbox.sqs;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of a started consumer, and the order in which they end. */
final class Running {

  private static final Logger log = LoggerFactory.getLogger(Running.class);

  /** For calls that settle what handlers have ended, when they used up all of the bound. */
  private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final String name;
  private final Settings settings;
  private final ScheduledThreadPoolExecutor timer;
  private final @Nullable ExecutorService own;
  private final Dispatcher dispatcher;
  private final Settlement settlement;
  private final Receiver receiver;

  /**
   * @param given where to run handlers, or nothing for threads of its own
   */
  Running(
      SqsQueue queue,
      QueueAddress address,
      Settings settings,
      Worker worker,
      @Nullable Executor given) {
    this.name = "mailroom-consumer-" + address.name();
    this.settings = settings;
    timer =
        new ScheduledThreadPoolExecutor(
            1, threads("-timer"), new ThreadPoolExecutor.DiscardPolicy());
    own = given == null ? Executors.newFixedThreadPool(settings.concurrency(), threads("-")) : null;
    Heartbeat heartbeat = new Heartbeat(queue, settings.visibility(), settings.heartbeat());
    settlement = new Settlement(queue, heartbeat, settings.backoff(), timer);
    Executor executor = given == null ? requireNonNull(own) : given;
    dispatcher = new Dispatcher(settings, worker, heartbeat, settlement, executor);
    receiver = new Receiver(queue, settings, address.fifo(), dispatcher, worker.listener());
    long interval = settings.heartbeat().toNanos();
    var unused = timer.scheduleAtFixedRate(heartbeat, interval, interval, TimeUnit.NANOSECONDS);
    new Thread(receiver, name).start();
  }

  void stop() {
    long deadline = System.nanoTime() + settings.shutdown().toNanos();
    dispatcher.close();
    try {
      if (!dispatcher.awaitEmpty(deadline - System.nanoTime())) {
        log.warn(
            "{}: still running after {}, left to redelivery: {}",
            name,
            settings.shutdown(),
            dispatcher.running());
      }
      receiver.stop(deadline - System.nanoTime());
      settlement.flush(FLUSH_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      log.warn("{}: interrupted while closing; what is unsettled is left to redelivery", name);
    } finally {
      timer.shutdownNow();
      if (own != null) {
        own.shutdownNow();
      }
    }
  }

  private ThreadFactory threads(String suffix) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + suffix + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
