package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.Destination;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks from time to time which destinations there are and which of them an operator has paused,
 * and writes down those that stood nowhere but in messages.
 */
final class Discovery {

  /** A destination that nobody has told of waits about so long for its first message to be seen. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** It looks at most one part of its time in so many, but does look. */
  private static final int REST = 10;

  private static final Duration LONGEST_REST = Duration.ofSeconds(5);

  private final Environment environment;
  private final StoreCalls<OutboxStore> calls;
  private final Consumer<List<Destination>> found;
  private long lookTook;
  private boolean stopped;

  /**
   * @param found takes all destinations, each time
   */
  Discovery(
      Environment environment, StoreCalls<OutboxStore> calls, Consumer<List<Destination>> found) {
    this.environment = environment;
    this.calls = calls;
    this.found = found;
  }

  void start() {
    look();
  }

  void stop() {
    stopped = true;
  }

  private void look() {
    if (stopped) {
      return;
    }
    long began = environment.timeline().nanos();
    calls.run(
        "discover destinations",
        OutboxStore::destinations,
        all -> {
          found.accept(all);
          lookAfter(restAfter(environment.timeline().nanos() - began));
        },
        this::lookAfter);
  }

  /** What made one look slow, and not the one before, was something else that went on then. */
  private Duration restAfter(long took) {
    long cost = Math.min(took, lookTook);
    lookTook = took;
    long rest = Math.min(cost * REST, LONGEST_REST.toNanos());
    return Duration.ofNanos(Math.max(LOOK_EVERY.toNanos(), rest));
  }

  private void lookAfter(Duration wait) {
    environment.timeline().schedule(wait, this::look);
  }

  /** So that they are known, and can be paused, when no message of theirs is left. */
  void remember(List<String> names) {
    if (stopped) {
      return; // another relay finds them, or this one when it is started again
    }
    calls.run(
        "remember destinations",
        store -> {
          store.remember(names);
          return names;
        },
        done -> {},
        wait -> environment.timeline().schedule(wait, () -> remember(names)));
  }
}
