package dev.mailroom.examples.demo;

import dev.mailroom.examples.orders.OrderService;
import dev.mailroom.examples.orders.OrderService.OrderRefusedException;
import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Customers who place, change and cancel orders at the same time, and are refused now and then. */
final class Customers implements AutoCloseable {

  private static final int AT_ONCE = 6;
  private static final int RECENT = 50;

  private final OrderService orders;
  private final int wanted;
  private final int perSecond;
  private final AtomicInteger placed = new AtomicInteger();
  private final AtomicInteger rolledBack = new AtomicInteger();
  private final List<Long> recent = new CopyOnWriteArrayList<>();
  private final List<Exception> failures = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);

  Customers(OrderService orders, int wanted, int perSecond) {
    this.orders = orders;
    this.wanted = wanted;
    this.perSecond = perSecond;
  }

  void start(SplittableRandom random) {
    long started = System.nanoTime();
    for (int i = 0; i < AT_ONCE; i++) {
      SplittableRandom own = random.split();
      threads.execute(() -> shop(own, started));
    }
    threads.shutdown();
  }

  private void shop(SplittableRandom random, long started) {
    try {
      for (int n = placed.incrementAndGet(); n <= wanted; n = placed.incrementAndGet()) {
        pace(started, n);
        shopOnce(random);
      }
    } catch (SQLException e) {
      failures.add(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Orders come evenly, at the rate that was set. */
  private void pace(long started, int n) throws InterruptedException {
    long due = started + TimeUnit.SECONDS.toNanos(n) / perSecond;
    TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
  }

  private void shopOnce(SplittableRandom random) throws SQLException {
    attempt(() -> remember(orders.place("customer-" + random.nextInt(1000), quantity(random))));
    while (random.nextInt(3) == 0 && !recent.isEmpty()) {
      long order = recent.get(random.nextInt(Math.min(RECENT, recent.size())));
      if (random.nextInt(4) == 0) {
        attempt(() -> orders.cancel(order));
      } else {
        attempt(() -> orders.change(order, quantity(random)));
      }
    }
  }

  private interface Attempt {
    void make() throws SQLException, OrderRefusedException;
  }

  private void attempt(Attempt attempt) throws SQLException {
    try {
      attempt.make();
    } catch (OrderRefusedException e) {
      rolledBack.incrementAndGet();
    }
  }

  private static int quantity(SplittableRandom random) {
    return 1 + random.nextInt(9);
  }

  private void remember(long order) {
    recent.add(0, order);
    if (recent.size() > 2 * RECENT) {
      recent.subList(RECENT, recent.size()).clear();
    }
  }

  boolean haveGone() {
    return threads.isTerminated();
  }

  int rolledBack() {
    return rolledBack.get();
  }

  List<Exception> failures() {
    return failures;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
