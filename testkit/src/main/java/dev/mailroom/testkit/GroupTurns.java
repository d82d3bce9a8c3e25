package dev.mailroom.testkit;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Lets work on the same message group happen in the order it was handed in, and work on different
 * groups side by side. Thread-safe.
 */
final class GroupTurns {

  private final Map<String, CompletableFuture<?>> tails = new HashMap<>();

  /** Begins {@code work} when all earlier work on any of {@code groups} has ended. */
  <T> CompletableFuture<T> after(
      Collection<String> groups, Supplier<? extends CompletableFuture<T>> work) {
    CompletableFuture<Object> ended = new CompletableFuture<>();
    CompletableFuture<Void> earlier;
    synchronized (tails) {
      earlier =
          CompletableFuture.allOf(
              groups.stream()
                  .map(tails::get)
                  .filter(Objects::nonNull)
                  .toArray(CompletableFuture<?>[]::new));
      groups.forEach(group -> tails.put(group, ended));
    }
    return earlier
        .thenCompose(nothing -> work.get())
        .whenComplete((result, error) -> end(groups, ended));
  }

  private void end(Collection<String> groups, CompletableFuture<Object> ended) {
    synchronized (tails) {
      groups.forEach(group -> tails.remove(group, ended));
    }
    ended.complete(true);
  }
}
