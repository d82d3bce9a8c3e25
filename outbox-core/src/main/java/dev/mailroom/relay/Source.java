package dev.mailroom.relay;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A database as it was given to the builder of a relay.
 *
 * @param name empty for the only one
 * @param storeThreads null for those of all databases, or else the relay's own
 */
record Source(
    String name,
    OutboxStore store,
    @Nullable Executor storeThreads,
    @Nullable Executor leaseThread) {

  private static final int STORE_THREADS = 6;
  private static final int MOST = 64;
  private static final int LONGEST_NAME = 64;

  Source {
    requireNonNull(name, "name");
    requireNonNull(store, "store");
  }

  /** Adds a named one. */
  static void add(Map<String, Source> sources, Source source) {
    String name = source.name;
    if (name.isEmpty() || name.length() > LONGEST_NAME || !name.chars().allMatch(Source::visible)) {
      throw new IllegalArgumentException(
          "the name of a database must be 1 to 64 visible ASCII characters: '" + name + "'");
    }
    if (sources.containsKey(name)) {
      throw new IllegalArgumentException("the name of a database must be given once: " + name);
    }
    if (sources.size() == MOST) {
      throw new IllegalArgumentException("a relay serves 1 to 64 databases; one too many: " + name);
    }
    sources.put(name, source);
  }

  private static boolean visible(int character) {
    return character > ' ' && character < 0x7F;
  }

  static void checkNames(Map<String, Source> sources) {
    if (sources.size() > 1 && sources.containsKey("")) {
      throw new IllegalArgumentException(
          "Each of several databases needs a name: call Relay.Builder.store(name, store) for all.");
    }
  }

  RelayListener listener(RelayListener listener) {
    return name.isEmpty() ? listener : listener.ofDatabase(name);
  }

  /**
   * Sees to its threads.
   *
   * @param own takes what ends those that are made here
   */
  Database open(
      @Nullable Executor storeThreadsOfAll,
      @Nullable Executor leaseThreadOfAll,
      Consumer<AutoCloseable> own) {
    Executor calls = storeThreads == null ? storeThreadsOfAll : storeThreads;
    Executor leases = leaseThread == null ? leaseThreadOfAll : leaseThread;
    return new Database(
        name,
        store,
        calls == null ? threads(STORE_THREADS, "store", own) : calls,
        leases == null ? threads(1, "lease", own) : leases);
  }

  private Executor threads(int number, String purpose, Consumer<AutoCloseable> own) {
    String suffix = name.isEmpty() ? "" : "-" + name;
    ExecutorService threads =
        Executors.newFixedThreadPool(number, Threads.named("mailroom-relay-" + purpose + suffix));
    own.accept(threads::shutdownNow);
    return threads;
  }
}
