package dev.mailroom.relay;

import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves messages from an outbox to the broker, from {@link #start} to {@link #close}. It survives
 * the loss of either side and goes on by itself. Safe to share between threads.
 *
 * <p>Run one relay for a database at a time: a second one would send what the first sends, too.
 * What happens when a relay is killed in its work: the messages that the broker had accepted and
 * whose rows were not deleted yet are sent again by the next one, with the same ids.
 */
public final class Relay implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

  private final EngineThread timeline = new EngineThread();
  private final ExecutorService storeThreads =
      Executors.newCachedThreadPool(Threads.named("mailroom-relay-store"));
  private final Engine engine;
  private final Duration drainTimeout;
  private final Set<String> woken = ConcurrentHashMap.newKeySet();
  private boolean started;
  private boolean closed;

  private Relay(Builder builder, OutboxStore store, Transport transport) {
    drainTimeout = builder.drainTimeout;
    RelayListener listener = new Listeners(builder.listener);
    engine =
        new Engine(
            new Environment(
                builder.settings(), timeline, transport, listener, new SplittableRandom()),
            store,
            storeThreads);
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Begins to work, on threads of its own.
   *
   * @throws IllegalStateException if it was started or closed before
   */
  public synchronized void start() {
    if (started || closed) {
      throw new IllegalStateException("A relay starts once; build another one.");
    }
    started = true;
    timeline.execute(engine::start);
  }

  /**
   * Makes the relay look for messages to {@code destination} now, instead of at its next poll.
   * Cheap, never blocks, and safe to call at any time; {@code JdbcOutbox.Builder.signal} takes it.
   */
  public void wake(String destination) {
    if (woken.add(destination)) {
      timeline.execute(
          () -> {
            woken.remove(destination);
            engine.wake(destination);
          });
    }
  }

  /**
   * Stops reading, waits for what is on its way and acknowledges it, within the drain timeout. What
   * had no answer by then is sent again by the next relay. Neither store nor transport is closed.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (started) {
      drain();
    }
    timeline.close();
    storeThreads.shutdownNow();
  }

  private void drain() {
    CompletableFuture<Boolean> drained = new CompletableFuture<>();
    timeline.execute(() -> engine.stop(() -> drained.complete(true)));
    try {
      drained.get(drainTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn(
          "The relay stops after {} ms with messages on their way; the next relay sends them again",
          drainTimeout.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Settings of a relay. A wrong one is refused at once, with its name, value and bound. Times are
   * at most a day.
   */
  public static final class Builder {

    private static final Duration LONGEST = Duration.ofDays(1);

    private @Nullable OutboxStore store;
    private @Nullable Transport transport;
    private RelayListener listener = RelayListener.NONE;
    private Duration drainTimeout = Duration.ofSeconds(10);
    private int window = Settings.DEFAULT.window();
    private int batchesInFlight = Settings.DEFAULT.batchesInFlight();
    private int attempts = Settings.DEFAULT.attempts();
    private Backoff backoff = Settings.DEFAULT.backoff();
    private Duration pollHot = Settings.DEFAULT.pollHot();
    private Duration pollCold = Settings.DEFAULT.pollCold();

    private Builder() {}

    /** Where the messages are. Required. */
    public Builder store(OutboxStore store) {
      this.store = store;
      return this;
    }

    /** Where they go. Required. */
    public Builder transport(Transport transport) {
      this.transport = transport;
      return this;
    }

    /** Told of what the relay does. By default nobody; what goes wrong is logged in any case. */
    public Builder listener(RelayListener listener) {
      this.listener = listener;
      return this;
    }

    /** Rows held of one lane at a time: 10 to 100 000, by default 500. */
    public Builder window(int rows) {
      window = checked("window", rows, 10, 100_000);
      return this;
    }

    /** Batches on their way to one destination at a time: 1 to 1 000, by default 16. */
    public Builder batchesInFlight(int batches) {
      batchesInFlight = checked("batchesInFlight", batches, 1, 1_000);
      return this;
    }

    /**
     * How often a message is tried that fails while its destination works: 1 to 1 000, by default
     * 10. Then it is parked as DEAD.
     */
    public Builder attempts(int attempts) {
      this.attempts = checked("attempts", attempts, 1, 1_000);
      return this;
    }

    /**
     * The wait before a message is tried again: anything up to {@code first} at first, doubled with
     * each failure up to {@code cap}. By default 100 ms and 60 s.
     */
    public Builder backoff(Duration first, Duration cap) {
      backoff = new Backoff(bounded("backoff", first), bounded("backoff", cap));
      if (first.compareTo(cap) > 0) {
        throw new IllegalArgumentException(
            "backoff must begin at or below its cap " + cap + ": " + first);
      }
      return this;
    }

    /** How often lanes with recent messages are read, and all others. By default 5 and 250 ms. */
    public Builder poll(Duration hot, Duration cold) {
      pollHot = bounded("poll", hot);
      pollCold = bounded("poll", cold);
      return this;
    }

    /** How long {@link Relay#close} waits for answers of the broker. By default 10 s. */
    public Builder drainTimeout(Duration timeout) {
      drainTimeout = bounded("drainTimeout", timeout);
      return this;
    }

    public Relay build() {
      if (store == null || transport == null) {
        throw new IllegalArgumentException(
            "A relay needs a store and a transport: call Relay.Builder.store and .transport.");
      }
      return new Relay(this, store, transport);
    }

    private Settings settings() {
      Settings usual = Settings.DEFAULT;
      return new Settings(
          window,
          usual.readRows(),
          usual.inlineBytes(),
          usual.bufferedBytes(),
          batchesInFlight,
          attempts,
          backoff,
          usual.linger(),
          pollHot,
          pollCold,
          usual.coolAfter(),
          usual.acknowledgeRows(),
          usual.acknowledgeDelay(),
          usual.sampleEvery(),
          usual.sweepEvery(),
          usual.discoverEvery());
    }

    private static int checked(String setting, int value, int min, int max) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(
            setting + " must be " + min + " to " + max + ": " + value);
      }
      return value;
    }

    private static Duration bounded(String setting, Duration value) {
      if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            setting + " must be longer than nothing and at most " + LONGEST + ": " + value);
      }
      return value;
    }
  }
}
