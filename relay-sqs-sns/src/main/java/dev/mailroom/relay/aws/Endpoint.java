package dev.mailroom.relay.aws;

import dev.mailroom.relay.Transport.Limits;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A destination: its sender, and the place that was found for it, which all sends share. */
final class Endpoint {

  /** SendMessageBatch and PublishBatch take so many. */
  private static final int MAX_ENTRIES = 10;

  private final Sender sender;
  private volatile SizeLimits bounds;
  private @Nullable CompletableFuture<Place> place; // guarded by this

  Endpoint(Sender sender) {
    this.sender = sender;
    bounds = sender.bounds();
  }

  Sender sender() {
    return sender;
  }

  Limits limits() {
    return new Limits(sender.fifo(), MAX_ENTRIES, bounds.batch());
  }

  /** Where to send; looked up once, and again if that failed. Shared: not to be completed. */
  synchronized CompletableFuture<Place> place() {
    CompletableFuture<Place> current = place;
    if (current == null || current.isCompletedExceptionally()) {
      current = sender.find().thenApply(this::learn);
      place = current;
    }
    return current;
  }

  private Place learn(Place found) {
    bounds = found.bounds();
    return found;
  }

  /**
   * Looks up again before the next send, unless that has been done since {@code seen} was found.
   * The limits stay as they are until then.
   */
  synchronized void lookAgain(Place seen) {
    if (place != null && seen.equals(place.getNow(null))) {
      place = null;
    }
  }
}
