package dev.mailroom.relay;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.Transport.Limits;
import dev.mailroom.relay.Transport.Result;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What waits in one database for one destination, and what is on its way there. Its keys are its
 * own, its gate and its batches in flight are those of its {@link Outlet}, so that whatever befalls
 * it slows no other destination.
 */
final class DestinationQueue {

  private static final Duration ROUTE_AGAIN = Duration.ofSeconds(5);

  /** Enough for the batch of a probe; more is not kept while the gate is closed. */
  private static final int ENOUGH_WHILE_CLOSED = 10;

  /** So many rounds of full batches are kept ready. */
  private static final int READY_ROUNDS = 16;

  /** A batch that is not full waits so long for company. */
  private static final Duration LINGER = Duration.ofMillis(5);

  private static final String BEHIND = "it waits behind a parked message of its key";

  /** Whether anything may be sent, and who is told how a destination fares. */
  interface Permission {
    boolean maySend();

    void routed(DestinationQueue queue);

    /** It takes nothing for a while: what it keeps in memory is for others to use. */
    void closed(DestinationQueue queue);
  }

  final String name;
  private final Environment environment;
  private final ContentLoader loader;
  private final Departures departures;
  private final Outlet.Member outlet;
  private final Permission permission;
  private final Deque<Slot> ready = new ArrayDeque<>();
  private final Verdicts verdicts;
  private @Nullable Limits limits;
  private DestinationGate.State told = DestinationGate.State.OPEN;
  private int mostEntries = Integer.MAX_VALUE;
  private long lingerUntil;
  private final Alarm lingered;
  private boolean paused;

  DestinationQueue(
      String name,
      Environment environment,
      ContentLoader loader,
      Departures departures,
      Permission permission) {
    this.name = name;
    this.environment = environment;
    this.loader = loader;
    this.departures = departures;
    this.permission = permission;
    outlet = environment.outlets().join(name, () -> environment.timeline().execute(this::send));
    verdicts = new Verdicts(this, outlet, environment);
    lingered = new Alarm(environment.timeline(), this::send);
  }

  /** Looks for the destination's route, and again later as long as there is none. */
  void route() {
    try {
      boolean lost = told == DestinationGate.State.CLOSED;
      limits = environment.transport().limits(name);
      if (lost) {
        tell(DestinationGate.State.OPEN, "its route was found");
      }
      permission.routed(this);
      loader.load();
      send();
    } catch (MailroomException e) {
      limits = null;
      tell(DestinationGate.State.CLOSED, String.valueOf(e.getMessage()));
      environment.timeline().schedule(ROUTE_AGAIN, this::route);
    }
  }

  boolean isRouted() {
    return limits != null;
  }

  boolean isOrdered() {
    return limits != null && limits.ordered();
  }

  /** An operator holds it, or lets it go. */
  void pause(boolean pause) {
    if (pause != paused) {
      paused = pause;
      tell(
          pause ? DestinationGate.State.CLOSED : DestinationGate.State.OPEN,
          pause ? "an operator paused it" : "an operator resumed it");
      loader.load();
      send();
    }
  }

  /** Whether reading more rows for it makes sense: not while enough of them are ready. */
  boolean wantsMore() {
    Limits known = limits;
    if (known == null || paused) {
      return false;
    }
    int enough =
        isOpen()
            ? environment.settings().batchesInFlight() * known.maxEntries() * READY_ROUNDS
            : ENOUGH_WHILE_CLOSED;
    return ready.size() < enough;
  }

  boolean isOpen() {
    return limits != null && !paused && outlet.state() == DestinationGate.State.OPEN;
  }

  /** Forgets the content of most of what is ready; it is loaded again when it can be sent. */
  void shed() {
    while (ready.size() > (paused ? 0 : ENOUGH_WHILE_CLOSED)) {
      Slot slot = ready.removeLast();
      loader.drop(slot);
      loader.want(slot);
    }
  }

  /** Takes a new slot in; {@link #send} follows when all that came with it were offered. */
  void offer(Slot slot) {
    KeyTurns<Slot> turns = turnsOf(slot);
    if (turns == null) {
      prepare(slot);
    } else if (turns.isBlocked(keyOf(slot))) {
      wait(slot);
    } else if (turns.take(keyOf(slot), slot)) {
      prepare(slot);
    }
  }

  /** The turns that the slot has to take; null if it need not, or is the head of its key. */
  private static @Nullable KeyTurns<Slot> turnsOf(Slot slot) {
    return slot.ordered && !slot.parked ? slot.lane.turns : null;
  }

  private static String keyOf(Slot slot) {
    return slot.key.orElseThrow();
  }

  /** Its turn has come: it is ready if its content is here. */
  private void prepare(Slot slot) {
    if (slot.undecodable != null) {
      dead(slot, slot.undecodable);
    } else if (slot.loaded()) {
      ready.add(slot);
    } else {
      loader.want(slot);
      loader.load();
    }
  }

  void loaded(Slot slot) {
    ready.add(slot);
  }

  /** Its row is gone though nobody here deleted it: an operator did. */
  void missing(Slot slot) {
    passTurn(slot);
  }

  void dead(Slot slot, String error) {
    park(slot, ParkedState.DEAD, Duration.ZERO, error);
  }

  void retry(Slot slot, Duration delay, String error) {
    park(slot, ParkedState.RETRYING, delay, error);
  }

  /** Parks it, and behind it those of its key. */
  private void park(Slot slot, ParkedState state, Duration delay, String error) {
    loader.drop(slot);
    departures.park(slot, state, delay, error);
    KeyTurns<Slot> turns = turnsOf(slot);
    if (turns != null) {
      turns.block(keyOf(slot)).forEach(this::wait);
    }
  }

  private void wait(Slot slot) {
    loader.drop(slot);
    departures.park(slot, ParkedState.BLOCKED, Duration.ZERO, BEHIND);
  }

  void accepted(Slot slot) {
    loader.drop(slot);
    departures.accepted(slot);
    passTurn(slot);
  }

  private void passTurn(Slot slot) {
    KeyTurns<Slot> turns = turnsOf(slot);
    if (turns != null && slot.tenure().isHeld()) {
      turns.pass(keyOf(slot)).ifPresent(this::prepare);
    }
  }

  /** Lets go of a slot whose partition is another relay's business by now. */
  void abandon(Slot slot) {
    loader.drop(slot);
  }

  /** Lets go of all slots of a partition that are not on their way. */
  void abandon(Tenure tenure) {
    ready.removeIf(
        slot -> {
          boolean ended = slot.tenure() == tenure;
          if (ended) {
            abandon(slot);
          }
          return ended;
        });
  }

  /** Back to the front, for nothing was its fault. */
  void back(Slot slot) {
    ready.addFirst(slot);
  }

  void later(Slot slot, Duration delay) {
    environment
        .timeline()
        .schedule(
            delay,
            () -> {
              if (slot.tenure().isHeld()) {
                ready.add(slot);
                send();
              } else {
                abandon(slot);
              }
            });
  }

  /** The batch was too long: smaller ones until they pass. */
  void shrink(int entries) {
    mostEntries = Math.max(1, entries / 2);
  }

  /** A batch passed: the next ones may be twice as long again. */
  private void grow(int entries) {
    if (entries >= mostEntries) {
      mostEntries = entries > Short.MAX_VALUE ? Integer.MAX_VALUE : entries * 2;
    }
  }

  /** Sends what may go now. */
  void send() {
    while (limits != null && !paused && !ready.isEmpty() && permission.maySend() && !lingering()) {
      if (!outlet.tryPass()) {
        tellGate("");
        return;
      }
      sendBatch(limits);
    }
    outlet.withdraw();
  }

  /** The engine is at its end. */
  void leave() {
    outlet.leave();
  }

  /**
   * A batch that is not full waits a little for company, but only while others are on their way.
   */
  private boolean lingering() {
    int full = limits == null ? 1 : Math.min(limits.maxEntries(), mostEntries);
    if (outlet.inFlight() == 0 || ready.size() >= full) {
      lingerUntil = 0;
      return false;
    }
    if (lingerUntil == 0) {
      lingerUntil = environment.timeline().nanos() + LINGER.toNanos();
    }
    long left = lingerUntil - environment.timeline().nanos();
    if (left > 0) {
      lingered.setAtMost(Duration.ofNanos(left));
    }
    return left > 0;
  }

  private void sendBatch(Limits limits) {
    lingerUntil = 0;
    Limits now =
        new Limits(limits.ordered(), Math.min(limits.maxEntries(), mostEntries), limits.maxBytes());
    List<Slot> batch =
        BatchPacker.pack(
            ready, now, slot -> environment.transport().sizeOf(slot.content().message()));
    outlet.sending(batch.size());
    batch.forEach(verdicts::sending);
    batch.forEach(slot -> slot.tenure().enter());
    long started = environment.timeline().nanos();
    call(batch)
        .whenComplete(
            (results, error) ->
                environment.timeline().execute(() -> returned(batch, started, results, error)));
  }

  private CompletionStage<List<Result>> call(List<Slot> batch) {
    try {
      return environment.transport().send(name, batch.stream().map(Slot::content).toList());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void returned(
      List<Slot> batch, long started, @Nullable List<Result> results, @Nullable Throwable error) {
    try {
      refreshLimits();
      Duration took = Duration.ofNanos(environment.timeline().nanos() - started);
      Verdicts.Gist gist = verdicts.judge(batch, results, error, took);
      if (gist.outcome() == Verdicts.Outcome.SUCCESS) {
        grow(batch.size());
      }
      outlet.ended(gist.outcome(), took);
      tellGate(gist.reason().orElse(""));
    } finally {
      batch.forEach(slot -> slot.tenure().leave());
      send();
    }
  }

  /** The transport may have learned the real ones at its first contact. */
  private void refreshLimits() {
    try {
      limits = environment.transport().limits(name);
    } catch (MailroomException e) {
      route(); // the route was lost: look for it again from time to time
    }
  }

  private void tellGate(String reason) {
    DestinationGate.State state = outlet.state();
    if (limits != null && !paused && state != told && state != DestinationGate.State.PROBING) {
      tell(state, reason);
    }
  }

  private void tell(DestinationGate.State state, String reason) {
    if (state != told) {
      told = state;
      environment.listener().gate(name, state, reason);
      if (state == DestinationGate.State.CLOSED) {
        permission.closed(this);
      } else {
        loader.load();
      }
    }
  }
}
