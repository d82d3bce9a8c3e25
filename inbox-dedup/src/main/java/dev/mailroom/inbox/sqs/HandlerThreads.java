package dev.mailroom.inbox.sqs;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where handlers run: on a pool of the consumer's own, on virtual threads, or where the user says.
 * Immutable: consumers of one builder share it, but no pool.
 */
final class HandlerThreads {

  private static final int FIRST_VIRTUAL = 21;

  private final @Nullable Executor given;
  private final boolean virtual;

  private HandlerThreads(@Nullable Executor given, boolean virtual) {
    this.given = given;
    this.virtual = virtual;
  }

  static HandlerThreads pool() {
    return new HandlerThreads(null, false);
  }

  static HandlerThreads of(Executor given) {
    return new HandlerThreads(given, false);
  }

  /**
   * @throws UnsupportedOperationException if this JVM has none
   */
  static HandlerThreads virtual() {
    int version = Runtime.version().feature();
    if (version < FIRST_VIRTUAL) {
      throw new UnsupportedOperationException(
          "virtualThreads() needs Java 21 or later, but this is Java "
              + version
              + "; leave it out, or give an executor(…)");
    }
    return new HandlerThreads(null, true);
  }

  /** One that takes {@code threads} tasks at a time. */
  Executor start(String name, int threads) {
    if (given != null) {
      return given;
    }
    return virtual
        ? perTask(virtualNamed(name + "-"))
        : Executors.newFixedThreadPool(threads, named(name + "-"));
  }

  /** Ends what {@link #start} gave, unless it is the user's. */
  void stop(Executor started) {
    if (given == null) {
      ((ExecutorService) started).shutdownNow();
    }
  }

  static ThreadFactory named(String prefix) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** By reflection, because this is compiled for Java 17. */
  private static ThreadFactory virtualNamed(String prefix) {
    try {
      Class<?> type = Class.forName("java.lang.Thread$Builder");
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      builder = type.getMethod("name", String.class, long.class).invoke(builder, prefix, 1L);
      return (ThreadFactory) type.getMethod("factory").invoke(builder);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM's virtual threads are not those of Java 21", e);
    }
  }

  private static ExecutorService perTask(ThreadFactory factory) {
    try {
      return (ExecutorService)
          Executors.class
              .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
              .invoke(null, factory);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM's virtual threads are not those of Java 21", e);
    }
  }
}
