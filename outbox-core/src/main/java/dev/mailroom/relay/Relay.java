package dev.mailroom.relay;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves messages from an outbox to the broker, from {@link #start} to {@link #close}. It survives
 * the loss of either side and goes on by itself. Safe to share between threads.
 *
 * <p>Run as many relays for a database as you like: they share its partitions, and when one is gone
 * the others take over what was its. All of them need the same routes. What happens when a relay is
 * killed in its work: the messages that the broker had accepted and whose rows were not deleted yet
 * are sent again by the next owner, with the same ids.
 *
 * <p>One relay can serve {@linkplain Builder#store(String, OutboxStore) several databases}. What
 * goes to one destination has an equal share of it for each database that needs it, and a database
 * that is away or hangs slows no other.
 */
public final class Relay implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  /** For closing connections, besides the drain timeout. */
  private static final Duration CLOSING = Duration.ofSeconds(2);

  private record Wake(String database, String destination) {}

  private final Timeline timeline;
  private final Databases databases;
  private final Duration drainTimeout;
  private final List<AutoCloseable> own = new ArrayList<>();
  private final Set<Wake> woken = ConcurrentHashMap.newKeySet();
  private CompletableFuture<Void> drained = CompletableFuture.completedFuture(null);

  private boolean started;
  private boolean stopped;
  private boolean closed;

  private Relay(Builder builder, Settings settings, Transport transport) {
    drainTimeout = builder.drainTimeout;
    timeline = builder.timeline == null ? owned(new EngineThread()) : builder.timeline;
    databases = new Databases(timeline);
    Outlets outlets = new Outlets(timeline, transport, settings.batchesInFlight());
    for (Source source : builder.sources.values()) {
      Database database = source.open(builder.storeThreads, builder.leaseThread, own::add);
      RelayListener listener =
          new LoggingListener(source.listener(builder.listener), database.tag());
      databases.add(database, new Environment(settings, timeline, transport, outlets, listener));
    }
  }

  private <T extends AutoCloseable> T owned(T resource) {
    own.add(resource);
    return resource;
  }

  /** Starts a relay, which needs a store and a transport. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Begins to work.
   *
   * @throws IllegalStateException if it was started or stopped before
   */
  public synchronized void start() {
    if (started || stopped) {
      throw new IllegalStateException("A relay starts once; build another one.");
    }
    started = true;
    databases.begin();
  }

  /**
   * Makes the relay look for messages to {@code destination} now, instead of at its next poll, in
   * each of its databases. Cheap, never blocks, and safe to call at any time; {@code
   * JdbcOutbox.Builder.signal} takes it.
   */
  public void wake(String destination) {
    wake(new Wake("", destination));
  }

  /**
   * As {@link #wake(String)}, in the one database in which somebody has written.
   *
   * @throws IllegalArgumentException if the relay has no database of that name
   */
  public void wake(String database, String destination) {
    if (database.isEmpty() || !databases.has(database)) {
      throw new IllegalArgumentException(
          "database must be one of " + databases.names() + ": '" + database + "'");
    }
    wake(new Wake(database, destination));
  }

  private void wake(Wake wake) {
    if (woken.add(wake)) {
      timeline.execute(
          () -> {
            woken.remove(wake);
            databases.wake(wake.database(), wake.destination());
          });
    }
  }

  /**
   * Begins to stop: nothing more is read or sent, what is on its way is awaited and acknowledged,
   * and the partitions are handed back. The stage completes when all that is done, which may be
   * never while a database is away.
   */
  public synchronized CompletionStage<Void> stop() {
    if (!stopped) {
      stopped = true;
      if (started) {
        drained = databases.end();
      }
    }
    return drained.minimalCompletionStage();
  }

  /**
   * Stops and waits for it, up to the drain timeout for all databases together. What had no answer
   * by then is sent again by the next owner, who has to wait for the end of this relay's lease.
   * Neither stores nor transport are closed.
   */
  @Override
  public void close() {
    CompletionStage<Void> stopping = stop();
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    await(stopping);
    databases.close(CLOSING);
    for (int i = own.size() - 1; i >= 0; i--) {
      close(own.get(i));
    }
  }

  private void await(CompletionStage<Void> stopping) {
    try {
      stopping.toCompletableFuture().get(drainTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.warn(
          "The relay stops after {} ms with messages on their way; the next owner sends them again",
          drainTimeout.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      log.warn("The relay could not close a part of its own; nothing depends on it any more", e);
    }
  }

  /**
   * Settings of a relay. A wrong one is refused at once, with its name, value and bound. Times are
   * at most a day.
   */
  public static final class Builder {

    private final Map<String, Source> sources = new LinkedHashMap<>();
    private @Nullable Transport transport;
    private RelayListener listener = RelayListener.NONE;
    private Duration drainTimeout = Duration.ofSeconds(10);
    private int window = 500;
    private int batchesInFlight = 16;
    private long bufferedBytes = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 4);
    private int attempts = 10;
    private Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(60));
    private Duration pollHot = Duration.ofMillis(5);
    private Duration pollCold = Duration.ofMillis(250);
    private Duration lease = Duration.ofSeconds(15);
    private Duration renewEvery = Duration.ofSeconds(5);
    private DeadLetterPolicy deadLetters = DeadLetterPolicy.BLOCK_KEY;
    private @Nullable Timeline timeline;
    private @Nullable Executor storeThreads;
    private @Nullable Executor leaseThread;

    private Builder() {}

    /** Where the messages are. Required, unless there are several with a name each. */
    public Builder store(OutboxStore store) {
      sources.put("", new Source("", store, null, null));
      return this;
    }

    /**
     * One of several databases with messages, 1 to 64. Each has an engine, leases, threads and an
     * equal part of the memory of its own; destinations are shared.
     *
     * @param name for logs and {@link RelayListener#ofDatabase}: 1 to 64 visible ASCII characters
     * @throws IllegalArgumentException if the name is not so, or was given before, or is the 65th
     */
    public Builder store(String name, OutboxStore store) {
      Source.add(sources, new Source(name, store, null, null));
      return this;
    }

    /**
     * As {@link #store(String, OutboxStore)}, with threads for this database only, as {@link
     * #storeThreads} and {@link #leaseThread} are for all. Not to be shared with another database,
     * unless they have no bound: one that hangs would take them from it.
     */
    public Builder store(
        String name, OutboxStore store, Executor storeThreads, Executor leaseThread) {
      requireNonNull(storeThreads, "storeThreads");
      requireNonNull(leaseThread, "leaseThread");
      Source.add(sources, new Source(name, store, storeThreads, leaseThread));
      return this;
    }

    /** Where they go. Required. */
    public Builder transport(Transport transport) {
      this.transport = requireNonNull(transport, "transport");
      return this;
    }

    /** Told of what the relay does. By default nobody; what goes wrong is logged in any case. */
    public Builder listener(RelayListener listener) {
      this.listener = requireNonNull(listener, "listener");
      return this;
    }

    /** Rows held of one lane at a time: 10 to 100 000, by default 500. */
    public Builder window(int rows) {
      window = (int) Bounds.checked("window", rows, 10, 100_000);
      return this;
    }

    /**
     * Batches on their way to one destination at a time: 1 to 1 000, by default 16. Several
     * databases have equal shares of them; what one does not need is the others'.
     */
    public Builder batchesInFlight(int batches) {
      batchesInFlight = (int) Bounds.checked("batchesInFlight", batches, 1, 1_000);
      return this;
    }

    /**
     * Content of messages held in memory: 64 KiB to 1 TiB, by default 64 MiB or a quarter of the
     * heap, whichever is less. Several databases have an equal part each, at least 64 KiB. Sixteen
     * times the largest message is good; one that is larger than all of it is still sent.
     */
    public Builder bufferedBytes(long bytes) {
      bufferedBytes = Bounds.checked("bufferedBytes", bytes, Settings.SMALLEST_BUFFER, 1L << 40);
      return this;
    }

    /**
     * How often a message is tried that fails while its destination works: 1 to 1 000, by default
     * 10. Then it is parked as DEAD.
     */
    public Builder attempts(int attempts) {
      this.attempts = (int) Bounds.checked("attempts", attempts, 1, 1_000);
      return this;
    }

    /**
     * The wait before a message is tried again: anything up to {@code first} at first, doubled with
     * each failure up to {@code cap}. By default 100 ms and 60 s.
     */
    public Builder backoff(Duration first, Duration cap) {
      Bounds.rising("backoff", first, cap);
      backoff = new Backoff(first, cap);
      return this;
    }

    /**
     * How often lanes with recent messages are read, and all others. By default 5 and 250 ms; above
     * 0, at most a day, and the first no longer than the second.
     */
    public Builder poll(Duration hot, Duration cold) {
      Bounds.rising("poll", hot, cold);
      pollHot = hot;
      pollCold = cold;
      return this;
    }

    /** How long {@link Relay#close} waits for answers of the broker. By default 10 s. */
    public Builder drainTimeout(Duration timeout) {
      drainTimeout = Bounds.bounded("drainTimeout", timeout);
      return this;
    }

    /**
     * For how long this relay owns a partition without renewing it, and how often it renews. By
     * default 15 and 5 s. After a crash its partitions rest for up to a lease. A lease is at least
     * twice as long as the time between renewals, and longer than that and {@link
     * Transport#sendTimeout} together: what is left is the delay that a renewal may have before
     * sending stops.
     */
    public Builder lease(Duration lease, Duration renewEvery) {
      this.lease = Bounds.bounded("lease", lease);
      this.renewEvery = Bounds.bounded("renewEvery", renewEvery);
      if (lease.compareTo(renewEvery.multipliedBy(2)) < 0) {
        throw new IllegalArgumentException(
            "lease must be at least twice renewEvery, which is " + renewEvery + ": " + lease);
      }
      return this;
    }

    /**
     * What happens on ordered destinations to the later messages of a key when one is DEAD: by
     * default they wait ({@link DeadLetterPolicy#BLOCK_KEY}). The same for all relays of a
     * database.
     */
    public Builder deadLetters(DeadLetterPolicy policy) {
      deadLetters = requireNonNull(policy, "policy");
      return this;
    }

    /** The relay's thread, clock and dice: by default a daemon thread and the JVM's clock. */
    public Builder timeline(Timeline timeline) {
      this.timeline = requireNonNull(timeline, "timeline");
      return this;
    }

    /**
     * What runs the calls to the database, which block: by default six threads of the relay's own
     * for each database, so that it uses at most six connections at a time, and one more for its
     * leases. One executor for several databases must have no bound.
     */
    public Builder storeThreads(Executor executor) {
      storeThreads = requireNonNull(executor, "executor");
      return this;
    }

    /**
     * What runs the calls that look at and renew leases, one at a time: by default a thread of its
     * own. Whatever delays them brings the end of sending nearer.
     */
    public Builder leaseThread(Executor executor) {
      leaseThread = requireNonNull(executor, "executor");
      return this;
    }

    /**
     * The relay, which does nothing before its start.
     *
     * @throws IllegalArgumentException if store or transport is missing, the lease too short for
     *     the transport's send timeout, or one of several databases without a name
     */
    public Relay build() {
      if (sources.isEmpty() || transport == null) {
        throw new IllegalArgumentException(
            "A relay needs a store and a transport: call Relay.Builder.store and .transport.");
      }
      Source.checkNames(sources);
      Settings settings = settings();
      settings.check(transport, sources.size());
      return new Relay(this, settings, transport);
    }

    private Settings settings() {
      return new Settings(
          window,
          bufferedBytes / sources.size(),
          batchesInFlight,
          attempts,
          backoff,
          pollHot,
          pollCold,
          lease,
          renewEvery,
          deadLetters);
    }
  }
}
