package dev.mailroom.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The databases of a relay. Each has an engine, leases and threads of its own, so that one which
 * fails or hangs holds up no other. All engines are on the one timeline: none of them ever blocks
 * there, and what they share of a destination needs no locks.
 */
final class Databases {

  private final Timeline timeline;
  private final Map<String, Supervisor> supervisors = new LinkedHashMap<>();

  Databases(Timeline timeline) {
    this.timeline = timeline;
  }

  void add(Database database, Environment environment) {
    supervisors.put(database.name(), new Supervisor(environment, database));
  }

  void begin() {
    supervisors.values().forEach(each -> timeline.execute(each::begin));
  }

  /**
   * On the timeline only.
   *
   * @param name empty for all
   */
  void wake(String name, String destination) {
    Collection<Supervisor> woken =
        name.isEmpty() ? supervisors.values() : List.of(supervisors.get(name));
    woken.forEach(each -> each.wake(destination));
  }

  boolean has(String name) {
    return supervisors.containsKey(name);
  }

  Collection<String> names() {
    return supervisors.keySet();
  }

  /** Ends all at once; done when the last has drained. */
  CompletableFuture<Void> end() {
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (Supervisor each : supervisors.values()) {
      CompletableFuture<Void> drained = new CompletableFuture<>();
      ends.add(drained);
      timeline.execute(() -> each.end(() -> drained.complete(null)));
    }
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
  }

  /** Closes what is open to all at once, for one that hangs would keep the others waiting. */
  void close(Duration within) {
    ExecutorService threads = Executors.newCachedThreadPool(Threads.named("mailroom-relay-close"));
    try {
      List<Callable<Object>> closing =
          supervisors.values().stream().map(each -> Executors.callable(each::close)).toList();
      threads.invokeAll(closing, within.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      threads.shutdownNow();
    }
  }
}
