package dev.mailroom.testkit;

import dev.mailroom.testkit.Faults.Fault;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/** Lets calls go wrong as {@link Faults} has it, in the words of one service. */
final class FaultyCalls {

  private final Faults faults;
  private final ServiceError throttled;
  private final ServiceError broken;
  private final Function<ServiceError, Answer> write;

  private FaultyCalls(
      Faults faults,
      ServiceError throttled,
      ServiceError broken,
      Function<ServiceError, Answer> write) {
    this.faults = faults;
    this.throttled = throttled;
    this.broken = broken;
    this.write = write;
  }

  static FaultyCalls sqs(Faults faults) {
    return new FaultyCalls(
        faults,
        new ServiceError("RequestThrottled", "Injected: the request was throttled."),
        new ServiceError(500, "InternalFailure", "Injected: an internal error."),
        SqsErrors::answer);
  }

  static FaultyCalls sns(Faults faults) {
    return new FaultyCalls(
        faults,
        new ServiceError(429, "Throttled", "Injected: rate exceeded."),
        new ServiceError(500, "InternalError", "Injected: an internal error."),
        SnsAnswers::error);
  }

  /**
   * Does {@code work} on the queue or topic {@code name}, or not, or without telling.
   *
   * @param moves whether messages are moved; otherwise only {@link Faults#down} matters
   * @param sent how many messages it sends
   */
  CompletableFuture<Answer> call(
      String name, boolean moves, int sent, Supplier<CompletableFuture<Answer>> work) {
    FaultPlan plan = moves ? faults.plan(name) : FaultPlan.NONE;
    Duration latency = plan.latency();
    if (!faults.strikes(Fault.LATENCY, latency.isZero() ? 0 : 1)) {
      return now(name, plan, sent, work);
    }
    Executor later = CompletableFuture.delayedExecutor(latency.toNanos(), TimeUnit.NANOSECONDS);
    return CompletableFuture.runAsync(() -> {}, later)
        .thenCompose(nothing -> now(name, plan, sent, work));
  }

  private CompletableFuture<Answer> now(
      String name, FaultPlan plan, int sent, Supplier<CompletableFuture<Answer>> work) {
    if (faults.isDown(name)) {
      faults.strikes(Fault.DOWN, 1);
      return CompletableFuture.completedFuture(unavailable());
    }
    if (faults.strikes(Fault.THROTTLE, plan.throttle())) {
      return CompletableFuture.completedFuture(write.apply(throttled));
    }
    if (faults.strikes(Fault.SERVER_ERROR, plan.serverError())) {
      return CompletableFuture.completedFuture(write.apply(broken));
    }
    boolean lost = faults.strikes(Fault.LOST_RESPONSE, plan.lostResponse());
    if (lost) {
      faults.lose(sent);
    }
    return work.get().thenApply(answer -> lost ? Answer.CUT : answer);
  }

  private Answer unavailable() {
    ServiceError unavailable =
        new ServiceError(503, "ServiceUnavailable", "Injected: the service is down.");
    return faults.flip() ? Answer.CUT : write.apply(unavailable);
  }

  /** Whether this entry of a batch shall fail. */
  boolean failsEntry(String name) {
    return faults.strikes(Fault.PARTIAL_FAILURE, faults.plan(name).partialFailure());
  }

  /** Whether this message shall be delivered twice. */
  boolean duplicates(String name) {
    return faults.strikes(Fault.DUPLICATE, faults.plan(name).duplicate());
  }

  /** Whether what was accepted there before shall be forgotten. */
  boolean forgets(String name) {
    return faults.isForgetful(name);
  }

  static ServiceError entryFailure() {
    return new ServiceError(500, "InternalError", "Injected: this entry failed.");
  }
}
