package dev.mailroom.relay.aws;

import java.util.concurrent.CompletableFuture;

/**
 * Looks destinations up before there is anything to send to them, so that their first message need
 * not wait for it. One after another: there may be thousands, and sends that are due go first. What
 * is not found is looked up again, and told, by the send that needs it. Thread-safe.
 */
final class LookAhead {

  private final Callers callers;
  private CompletableFuture<?> last = CompletableFuture.completedFuture(null); // guarded by this

  LookAhead(Callers callers) {
    this.callers = callers;
  }

  synchronized void add(Endpoint endpoint) {
    last = last.handle((found, error) -> endpoint).thenCompose(next -> callers.begin(next::place));
  }
}
