package dev.mailroom.inbox.sqs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What may run now, and what must not any more. At most {@code limit} messages run at once; those
 * of one group run one at a time, in the order in which they were added. When one fails, all that
 * wait behind it leave with it: they come again after it. Not thread-safe.
 */
final class GroupQueue<M> {

  private final int limit;
  private final Function<? super M, Optional<String>> group;
  private final Deque<M> ready = new ArrayDeque<>();

  /** Of each group with a message that is ready or runs: those behind it. */
  private final Map<String, Deque<M>> behind = new HashMap<>();

  private final Set<M> running = new LinkedHashSet<>();
  private int waiting;

  /** A message without a group waits for none. */
  GroupQueue(int limit, Function<? super M, Optional<String>> group) {
    this.limit = limit;
    this.group = group;
  }

  void add(M message) {
    waiting++;
    Deque<M> queue = group.apply(message).map(behind::get).orElse(null);
    if (queue != null) {
      queue.add(message);
    } else {
      group.apply(message).ifPresent(name -> behind.put(name, new ArrayDeque<>()));
      ready.add(message);
    }
  }

  /** The next message to run; it then runs until {@link #succeeded} or {@link #failed}. */
  Optional<M> next() {
    if (running.size() == limit || ready.isEmpty()) {
      return Optional.empty();
    }
    M next = ready.remove();
    running.add(next);
    waiting--;
    return Optional.of(next);
  }

  /** The message's group goes on with its next. */
  void succeeded(M message) {
    running.remove(message);
    group
        .apply(message)
        .ifPresent(
            name -> {
              Deque<M> queue = behind.get(name);
              M next = queue == null ? null : queue.poll();
              if (next == null) {
                behind.remove(name);
              } else {
                ready.add(next);
              }
            });
  }

  /** The messages of its group that waited behind it, in order; they are no longer here. */
  List<M> failed(M message) {
    running.remove(message);
    List<M> left =
        group.apply(message).map(behind::remove).<List<M>>map(ArrayList::new).orElseGet(List::of);
    waiting -= left.size();
    return left;
  }

  /** All that wait, each group in order; they are no longer here. What runs goes on. */
  List<M> drain() {
    List<M> left = new ArrayList<>(waiting);
    for (M message : ready) {
      left.add(message);
      group.apply(message).map(behind::remove).ifPresent(left::addAll);
    }
    ready.clear();
    behind.values().forEach(left::addAll);
    behind.values().forEach(Deque::clear);
    waiting = 0;
    return left;
  }

  List<M> running() {
    return List.copyOf(running);
  }

  /** How many are here, running or waiting. */
  int size() {
    return running.size() + waiting;
  }
}
