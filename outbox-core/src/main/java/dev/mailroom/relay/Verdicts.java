package dev.mailroom.relay;

import dev.mailroom.relay.Transport.Result;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges what came back for the entries of a batch, and whether a failure is the message's or the
 * destination's. The rule: an attempt is charged to a message, or a message called bad, only if the
 * destination accepted another entry since this one was tried last; otherwise the destination is at
 * fault, and nothing is written.
 */
final class Verdicts {

  enum Outcome {
    SUCCESS,
    FAILURE,
    UNCLEAR
  }

  /** What a batch says of its destination. */
  record Gist(Outcome outcome, Optional<String> reason) {}

  private final DestinationQueue queue;
  private final Outlet.Member outlet;
  private final Environment environment;

  Verdicts(DestinationQueue queue, Outlet.Member outlet, Environment environment) {
    this.queue = queue;
    this.outlet = outlet;
    this.environment = environment;
  }

  void sending(Slot slot) {
    if (!slot.tried) {
      slot.tried = true;
      slot.acceptedBefore = outlet.accepted();
    }
  }

  Gist judge(
      List<Slot> batch, @Nullable List<Result> results, @Nullable Throwable error, Duration took) {
    List<Result> verdicts = complete(batch, results, error);
    int taken = (int) verdicts.stream().filter(Result.Accepted.class::isInstance).count();
    outlet.accepted(taken);
    environment.listener().sent(queue.name, batch.size(), taken, took);
    // From the back, so that entries which go back to the front of the queue keep their order.
    for (int i = batch.size() - 1; i >= 0; i--) {
      judge(batch.get(i), verdicts.get(i), batch.size());
    }
    return gist(verdicts, taken);
  }

  /** One result an entry, whatever the transport did. */
  private static List<Result> complete(
      List<Slot> batch, @Nullable List<Result> results, @Nullable Throwable error) {
    if (results != null && results.size() == batch.size()) {
      return results;
    }
    String reason =
        error != null
            ? error.toString()
            : "the transport gave "
                + (results == null ? "no" : String.valueOf(results.size()))
                + " results for "
                + batch.size()
                + " entries";
    return Collections.nCopies(batch.size(), new Result.Unavailable(reason));
  }

  private void judge(Slot slot, Result result, int batchSize) {
    if (result instanceof Result.Accepted) {
      tellAccepted(slot);
      queue.accepted(slot);
    } else if (!slot.tenure().isHeld()) {
      queue.abandon(slot);
    } else if (result instanceof Result.Unavailable unavailable) {
      retrying(slot, unavailable.error());
      queue.back(slot);
    } else if (result instanceof Result.TooLong tooLong && batchSize > 1) {
      retrying(slot, tooLong.error());
      queue.shrink(batchSize);
      queue.back(slot);
    } else if (result instanceof Result.TooLong tooLong) {
      queue.dead(slot, tooLong.error());
    } else if (result instanceof Result.Unsendable unsendable) {
      queue.dead(slot, unsendable.error());
    } else if (result instanceof Result.Refused refused) {
      refused(slot, refused.error());
    } else if (result instanceof Result.Failed failed) {
      failed(slot, failed.error());
    }
  }

  private boolean destinationWorks(Slot slot) {
    boolean works = outlet.accepted() > slot.acceptedBefore;
    slot.acceptedBefore = outlet.accepted();
    return works;
  }

  private void refused(Slot slot, String error) {
    if (destinationWorks(slot)) {
      slot.attempts++;
      queue.dead(slot, error);
    } else {
      later(slot, error);
    }
  }

  private void failed(Slot slot, String error) {
    boolean works = destinationWorks(slot);
    if (works) {
      slot.attempts++;
    }
    if (works && slot.attempts >= environment.settings().attempts()) {
      queue.dead(slot, "gave up after " + slot.attempts + " attempts: " + error);
    } else if (works) {
      retrying(slot, error);
      queue.retry(slot, backoff(slot), error);
    } else {
      later(slot, error);
    }
  }

  private void later(Slot slot, String error) {
    retrying(slot, error);
    queue.later(slot, backoff(slot));
  }

  private Duration backoff(Slot slot) {
    slot.failures++;
    return environment.settings().backoff().delay(slot.failures, environment.timeline().random());
  }

  private void retrying(Slot slot, String error) {
    environment.listener().retrying(queue.name, slot.id.messageId(), error);
  }

  private void tellAccepted(Slot slot) {
    environment.listener().accepted(queue.name, slot.id.messageId(), slot.content().createdAt());
  }

  private static Gist gist(List<Result> results, int taken) {
    if (taken > 0) {
      return new Gist(Outcome.SUCCESS, Optional.empty());
    }
    Optional<String> reason =
        results.stream()
            .flatMap(result -> Optional.ofNullable(destinationsFault(result)).stream())
            .findFirst();
    return new Gist(reason.isPresent() ? Outcome.FAILURE : Outcome.UNCLEAR, reason);
  }

  private static @Nullable String destinationsFault(Result result) {
    if (result instanceof Result.Unavailable unavailable) {
      return unavailable.error();
    }
    return result instanceof Result.Failed failed ? failed.error() : null;
  }
}
