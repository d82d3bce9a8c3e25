package dev.mailroom.inbox.sqs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What may run now, and what must not any more. Messages run in batches, of which at most {@code
 * limit} run at once. Those of one group run one at a time, in the order in which they were added:
 * in one batch, or in one after the other. When one fails, all that wait behind it leave with it:
 * they come again after it. Not thread-safe.
 */
final class GroupQueue<M> {

  private final int limit;
  private final int batch;
  private final Function<? super M, Optional<String>> group;
  private final Predicate<? super M> alone;
  private final Deque<M> ready = new ArrayDeque<>();

  /** Of each group with a message that is ready or runs: those behind it. */
  private final Map<String, Deque<M>> behind = new HashMap<>();

  private final Set<List<M>> running = new LinkedHashSet<>();
  private int waiting;

  /**
   * A message without a group waits for none.
   *
   * @param batch how many messages run together at most
   * @param alone which ones run together with none
   */
  GroupQueue(
      int limit,
      int batch,
      Function<? super M, Optional<String>> group,
      Predicate<? super M> alone) {
    this.limit = limit;
    this.batch = batch;
    this.group = group;
    this.alone = alone;
  }

  /** Whether none of its group is here before it. */
  boolean add(M message) {
    waiting++;
    Deque<M> queue = group.apply(message).map(behind::get).orElse(null);
    if (queue != null) {
      queue.add(message);
    } else {
      group.apply(message).ifPresent(name -> behind.put(name, new ArrayDeque<>()));
      ready.add(message);
    }
    return queue == null;
  }

  /** The next messages to run, in order, or none. They then run until {@link #end}. */
  List<M> next() {
    if (running.size() == limit || ready.isEmpty()) {
      return List.of();
    }
    List<M> next = new ArrayList<>();
    while (fits(ready, next)) {
      M first = ready.remove();
      next.add(first);
      Deque<M> followers = group.apply(first).map(behind::get).orElseGet(ArrayDeque::new);
      while (fits(followers, next)) {
        next.add(followers.remove());
      }
    }
    List<M> started = List.copyOf(next);
    running.add(started);
    waiting -= started.size();
    return started;
  }

  /** Whether the first of a queue can run together with those. */
  private boolean fits(Deque<M> queue, List<M> those) {
    M first = queue.peek();
    return first != null
        && (those.isEmpty()
            || (those.size() < batch && !alone.test(first) && !alone.test(those.get(0))));
  }

  /**
   * What {@link #next} gave has run. A group goes on if all of it succeeded.
   *
   * @return those that waited behind a failure, each group in order; they are no longer here
   */
  List<M> end(List<M> started, Predicate<? super M> succeeded) {
    running.remove(started);
    Map<String, Boolean> groups = new LinkedHashMap<>();
    for (M message : started) {
      boolean well = succeeded.test(message);
      group.apply(message).ifPresent(name -> groups.merge(name, well, Boolean::logicalAnd));
    }
    List<M> left = new ArrayList<>();
    groups.forEach(
        (name, well) -> {
          if (well) {
            goOn(name);
          } else {
            left.addAll(Optional.ofNullable(behind.remove(name)).orElseGet(ArrayDeque::new));
          }
        });
    waiting -= left.size();
    return left;
  }

  /** Those behind the groups of {@code started}, each group in order; they are no longer here. */
  List<M> takeBehind(List<M> started) {
    List<M> left = new ArrayList<>();
    for (M message : started) {
      group
          .apply(message)
          .map(behind::get)
          .ifPresent(
              queue -> {
                left.addAll(queue);
                queue.clear();
              });
    }
    waiting -= left.size();
    return left;
  }

  private void goOn(String name) {
    Deque<M> queue = behind.get(name);
    M next = queue == null ? null : queue.poll();
    if (next == null) {
      behind.remove(name);
    } else {
      ready.add(next);
    }
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

  /** How many messages run. */
  int running() {
    return running.stream().mapToInt(List::size).sum();
  }

  int waiting() {
    return waiting;
  }

  /** How many are here, running or waiting. */
  int size() {
    return running() + waiting;
  }
}
