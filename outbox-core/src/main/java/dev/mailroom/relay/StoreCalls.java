package dev.mailroom.relay;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs calls to the store on threads of their own and brings what comes of them back to the engine.
 * While the database is away, each kind of call backs off by itself.
 */
final class StoreCalls {

  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  private final Environment environment;
  private final OutboxStore store;
  private final Executor threads;
  private final Runnable onFailure;
  private final Map<String, Integer> failures = new HashMap<>();

  /**
   * @param onFailure run at each failure, because the connection may have been lost and with it
   *     what was known of the database
   */
  StoreCalls(Environment environment, OutboxStore store, Executor threads, Runnable onFailure) {
    this.environment = environment;
    this.store = store;
    this.threads = threads;
    this.onFailure = onFailure;
  }

  /**
   * Runs {@code call}; then, on the engine's thread, either {@code done} with its result or {@code
   * failed} with the time to wait before trying again.
   */
  <T> void run(
      String name, Function<OutboxStore, T> call, Consumer<T> done, Consumer<Duration> failed) {
    try {
      threads.execute(() -> perform(name, call, done, failed));
    } catch (RejectedExecutionException e) {
      failed.accept(failed(name, e));
    }
  }

  private <T> void perform(
      String name, Function<OutboxStore, T> call, Consumer<T> done, Consumer<Duration> failed) {
    try {
      T result = call.apply(store);
      environment
          .timeline()
          .execute(
              () -> {
                failures.remove(name);
                done.accept(result);
              });
    } catch (RuntimeException | Error e) {
      environment.timeline().execute(() -> failed.accept(failed(name, e)));
    }
  }

  private Duration failed(String name, Throwable error) {
    environment.listener().storeFailed(name, error);
    onFailure.run();
    return BACKOFF.delay(failures.merge(name, 1, Integer::sum), environment.random());
  }
}
