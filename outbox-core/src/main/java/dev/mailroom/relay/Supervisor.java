package dev.mailroom.relay;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engines of one database, one after the other. What an engine knows may be wrong once a part
 * of it has failed. So it ends as if it were killed, its leases run out, and another one starts.
 * Used on the timeline only, but for {@link #close}.
 */
final class Supervisor implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Relay.class);
  private static final Duration ANEW_AFTER = Duration.ofSeconds(1);

  private final Environment environment;
  private final Database database;
  private volatile @Nullable Life life;
  private @Nullable Runnable ended;

  Supervisor(Environment environment, Database database) {
    this.environment = environment;
    this.database = database;
  }

  void begin() {
    if (ended != null || life != null) {
      return;
    }
    try {
      Life next = new Life();
      life = next;
      next.run(next.engine::start);
    } catch (RuntimeException | Error e) {
      log.error("{}The relay could not start its engine; it tries again", database.tag(), e);
      beginLater();
    }
  }

  private void beginLater() {
    environment.timeline().schedule(ANEW_AFTER, this::begin);
  }

  void wake(String destination) {
    Life now = life;
    if (now != null) {
      now.run(() -> now.engine.wake(destination));
    }
  }

  /**
   * Lets the engine drain; none comes after it.
   *
   * @param drained run when nothing is left to do
   */
  void end(Runnable drained) {
    ended = drained;
    Life now = life;
    if (now == null) {
      drained.run();
    } else {
      now.run(() -> now.engine.stop(drained));
    }
  }

  /** Gives the connection of the leases back; after the end, or when that takes too long. */
  @Override
  public void close() {
    Life last = life;
    if (last != null) {
      last.leases.close();
    }
  }

  /** The next life is seen to first, for telling of the end may fail, too. */
  private void failed(Life over, Throwable fault) {
    life = null;
    if (ended == null) {
      beginLater();
    } else {
      ended.run();
    }
    try {
      over.engine.leave();
      environment.listener().engineFailed(fault);
    } finally {
      database.leaseThread().execute(over.leases::close);
    }
  }

  /** An engine and its share of the timeline, from its start to its end. */
  private final class Life implements Timeline {

    private final LeaseStore leases = database.store().leases();
    private final Engine engine = new Engine(environment.on(this), database, leases);
    private boolean over;

    @Override
    public void execute(Runnable event) {
      environment.timeline().execute(() -> run(event));
    }

    @Override
    public void schedule(Duration delay, Runnable event) {
      environment.timeline().schedule(delay, () -> run(event));
    }

    private void run(Runnable event) {
      if (over) {
        return;
      }
      try {
        event.run();
      } catch (RuntimeException | Error e) {
        over = true;
        failed(this, e);
      }
    }

    @Override
    public long nanos() {
      return environment.timeline().nanos();
    }

    @Override
    public RandomGenerator random() {
      return environment.timeline().random();
    }
  }
}
