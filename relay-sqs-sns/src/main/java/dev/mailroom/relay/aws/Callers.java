package dev.mailroom.relay.aws;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Threads that begin calls. Even the asynchronous SDK marshals a request on the thread that calls
 * it, and may wait there for credentials; the engine's only thread must do neither.
 */
final class Callers implements AutoCloseable {

  private static final int THREADS = 4;
  private static final int IDLE_SECONDS = 30;
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final ThreadPoolExecutor threads;

  Callers() {
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Callers::daemon,
            Callers::closed);
    threads.allowCoreThreadTimeOut(true);
  }

  /** Begins {@code call} on one of the threads; fails once closed. */
  <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> call) {
    return CompletableFuture.completedFuture(call).thenComposeAsync(Supplier::get, threads);
  }

  @Override
  public void close() {
    threads.shutdown();
  }

  private static void closed(Runnable work, ThreadPoolExecutor threads) {
    throw new RejectedExecutionException("the transport is closed");
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "mailroom-aws-" + NUMBER.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }
}
