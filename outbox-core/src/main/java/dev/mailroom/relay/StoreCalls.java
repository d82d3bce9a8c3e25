package dev.mailroom.relay;

import dev.mailroom.relay.LeaseStore.LeaseLost;
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
final class StoreCalls<S> {

  private static final Duration FIRST_WAIT = Duration.ofMillis(100);

  private final Environment environment;
  private final S store;
  private final Executor threads;
  private final Backoff backoff;
  private final Consumer<Throwable> onFailure;
  private final Map<String, Integer> failures = new HashMap<>();

  /**
   * @param onFailure told of each failure first: the connection may have been lost, and with it
   *     what was known of the database, or a lease
   */
  StoreCalls(
      Environment environment,
      S store,
      Executor threads,
      Duration longestWait,
      Consumer<Throwable> onFailure) {
    this.environment = environment;
    this.store = store;
    this.threads = threads;
    this.backoff = new Backoff(FIRST_WAIT, longestWait);
    this.onFailure = onFailure;
  }

  /**
   * Runs {@code call}; then, on the engine's thread, either {@code done} with its result or {@code
   * failed} with the time to wait before trying again.
   */
  <T> void run(String name, Function<S, T> call, Consumer<T> done, Consumer<Duration> failed) {
    try {
      threads.execute(() -> perform(name, call, done, failed));
    } catch (RejectedExecutionException e) {
      failed.accept(failed(name, e));
    }
  }

  private <T> void perform(
      String name, Function<S, T> call, Consumer<T> done, Consumer<Duration> failed) {
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
    onFailure.accept(error);
    if (error instanceof LeaseLost) {
      return Duration.ZERO;
    }
    environment.listener().storeFailed(name, error);
    return backoff.delay(failures.merge(name, 1, Integer::sum), environment.timeline().random());
  }
}
