package dev.mailroom.relay;

import dev.mailroom.relay.OutboxStore.ParkedState;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what an operator should see, and keeps a listener's faults from the engine. */
final class LoggingListener implements RelayListener {

  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  private final RelayListener user;

  /** Tells in the log which of several databases it is about. */
  private final String tag;

  private String storeTrouble = "";

  LoggingListener(RelayListener user, String tag) {
    this.user = user;
    this.tag = tag;
  }

  @Override
  public void sent(String destination, int sent, int accepted, Duration took) {
    storeTrouble = "";
    guard(() -> user.sent(destination, sent, accepted, took));
  }

  @Override
  public void accepted(String destination, UUID id, Instant createdAt) {
    guard(() -> user.accepted(destination, id, createdAt));
  }

  @Override
  public void retrying(String destination, UUID id, String error) {
    log.debug("{}Message {} to {} will be sent again: {}", tag, id, destination, error);
    guard(() -> user.retrying(destination, id, error));
  }

  @Override
  public void parked(String destination, UUID id, ParkedState state, String error) {
    if (state == ParkedState.DEAD) {
      log.warn(
          "{}Message {} to {} is DEAD until an operator acts: {}", tag, id, destination, error);
    } else {
      log.debug("{}Message {} to {} is {}: {}", tag, id, destination, state, error);
    }
    guard(() -> user.parked(destination, id, state, error));
  }

  @Override
  public void partitions(Set<Integer> owned) {
    log.info(
        "{}This relay owns {} of {} partitions: {}", tag, owned.size(), Lane.PARTITIONS, owned);
    guard(() -> user.partitions(owned));
  }

  @Override
  public void gate(String destination, DestinationGate.State state, String reason) {
    if (state == DestinationGate.State.CLOSED) {
      log.warn(
          "{}Destination {} gets nothing for now, all others go on: {}", tag, destination, reason);
    } else {
      log.info("{}Destination {} is {} again", tag, destination, state);
    }
    guard(() -> user.gate(destination, state, reason));
  }

  @Override
  public void storeFailed(String call, Throwable error) {
    String trouble = String.valueOf(error.getMessage());
    if (trouble.equals(storeTrouble)) {
      log.debug("{}The outbox's database failed again at: {}", tag, call, error);
    } else {
      log.warn(
          "{}The outbox's database failed at: {}; the relay tries again. {}", tag, call, trouble);
      storeTrouble = trouble;
    }
    guard(() -> user.storeFailed(call, error));
  }

  @Override
  public void engineFailed(Throwable fault) {
    log.error(
        "{}The relay met a fault of its own, which should be reported; it starts anew", tag, fault);
    guard(() -> user.engineFailed(fault));
  }

  @Override
  public void acknowledged(int messages) {
    guard(() -> user.acknowledged(messages));
  }

  private static void guard(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      log.error("The relay's listener failed; the relay goes on", e);
    }
  }
}
