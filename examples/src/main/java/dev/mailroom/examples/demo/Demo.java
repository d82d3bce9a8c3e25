package dev.mailroom.examples.demo;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.examples.orders.ConsumerProcess;
import dev.mailroom.examples.orders.OrderService;
import dev.mailroom.examples.orders.OrderService.OrderRefusedException;
import dev.mailroom.examples.orders.RelayProcess;
import dev.mailroom.examples.orders.Service;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** One run: set up, let customers shop while things go wrong, wait for the effects, audit. */
final class Demo {

  private static final int ORDERS_PER_SECOND = 100;

  /** Of a hundred transactions, so many are refused at their end. */
  private static final int REFUSED_PERCENT = 8;

  private static final long LOOK_EVERY_MS = 200;

  /** Longer than any backoff or visibility timeout of the demo. */
  private static final long GIVE_UP_AFTER_MS = 90_000;

  private static final long QUIET_AT_MOST_MS = 30_000;

  private final int orders;
  private final SplittableRandom random;
  private final long seed;
  private final FaultLevel level;
  private final ShopDatabase database;

  Demo(int orders, long seed, FaultLevel level, ShopDatabase database) {
    this.orders = orders;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.level = level;
    this.database = database;
  }

  Report run() throws Exception {
    System.err.println(
        "Starting " + database + ", SNS and SQS, two relays and the consumers (seed " + seed + ")");
    Path logs = Files.createTempDirectory("mailroom-demo");
    try (Surroundings surroundings = new Surroundings(database);
        HikariDataSource dataSource = Service.ORDERS.connect(surroundings.jdbcUrl, 8);
        Worker relay = worker(RelayProcess.class, "relay", surroundings, logs);
        Worker other = worker(RelayProcess.class, "other-relay", surroundings, logs);
        Worker consumers = worker(ConsumerProcess.class, "consumers", surroundings, logs);
        Customers customers = customers(dataSource)) {
      surroundings.aws.faults().seed(seed);
      surroundings.aws.faults().all(level.plan);
      relay.awaitReady();
      other.awaitReady();
      consumers.awaitReady();
      customers.start(random.split());
      Audit audit = new Audit(dataSource);
      watch(
          audit,
          customers,
          new Killings(level.kills, List.of(relay, consumers, other), random.split()));
      surroundings.aws.faults().clear();
      awaitQuiet(surroundings);
      for (Exception failure : customers.failures()) {
        throw failure;
      }
      Report report =
          audit.report(
              seed, customers.rolledBack(), surroundings.aws.deliveries().total().repeats());
      if (!report.promisesKept()) {
        System.err.println("What relays and consumers logged is in " + logs);
      }
      return report;
    }
  }

  private static Worker worker(Class<?> program, String name, Surroundings surroundings, Path logs)
      throws IOException {
    Path log = logs.resolve(name + ".log");
    return new Worker(program, surroundings.jdbcUrl, surroundings.environment(), log);
  }

  private Customers customers(HikariDataSource dataSource) {
    SplittableRandom refusals = random.split();
    OrderService service =
        new OrderService(
            dataSource,
            JdbcOutbox.create(),
            change -> {
              synchronized (refusals) {
                if (refusals.nextInt(100) < REFUSED_PERCENT) {
                  throw new OrderRefusedException("The payment was declined");
                }
              }
            });
    return new Customers(service, orders, ORDERS_PER_SECOND);
  }

  /** Until every effect is there, or nothing has moved for long. */
  private void watch(Audit audit, Customers customers, Killings killings)
      throws SQLException, IOException, InterruptedException {
    try (ProgressBar bar =
        new ProgressBarBuilder().setTaskName("effects").setInitialMax(orders * 6L).build()) {
      long done = -1;
      long movedAt = System.nanoTime();
      while (true) {
        Audit.Progress progress = audit.progress();
        boolean allShopped = customers.haveGone();
        bar.maxHint(Math.max(progress.expected(), allShopped ? 0 : bar.getMax()));
        bar.stepTo(progress.done());
        killings.strike((double) progress.done() / Math.max(1, bar.getMax()));
        if (allShopped && progress.done() >= audit.progress().expected()) {
          return;
        }
        if (progress.done() != done) {
          done = progress.done();
          movedAt = System.nanoTime();
        } else if (System.nanoTime() - movedAt > TimeUnit.MILLISECONDS.toNanos(GIVE_UP_AFTER_MS)) {
          System.err.println("Nothing has moved for long; the audit says what is missing.");
          return;
        }
        Thread.sleep(LOOK_EVERY_MS);
      }
    }
  }

  /** Lets late duplicates arrive, which would show as double effects. */
  private static void awaitQuiet(Surroundings surroundings) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(QUIET_AT_MOST_MS);
    while (surroundings.messagesInQueues() > 0 && System.nanoTime() < end) {
      Thread.sleep(LOOK_EVERY_MS);
    }
  }
}
