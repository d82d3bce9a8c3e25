package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GroupQueueTest {

  private static final int LIMIT = 3;

  /** Number counts up in the order of adding. */
  private record Item(Optional<String> group, int number) {}

  private final GroupQueue<Item> queue = new GroupQueue<>(LIMIT, 1, Item::group, item -> false);
  private int added;

  private Item add(String group) {
    Item item = new Item(group.isEmpty() ? Optional.empty() : Optional.of(group), added++);
    queue.add(item);
    return item;
  }

  @Test
  void runsNoMoreThanItsLimit() {
    Item first = add("");
    add("");
    add("");
    Item fourth = add("");
    assertThat(queue.next()).contains(first);
    queue.next();
    queue.next();
    assertThat(queue.next()).isEmpty();
    queue.end(List.of(first), item -> true);
    assertThat(queue.next()).contains(fourth);
  }

  @Test
  void runsOneOfAGroupAtATimeAndOtherGroupsBeside() {
    Item a1 = add("a");
    Item a2 = add("a");
    Item b1 = add("b");
    assertThat(queue.next()).contains(a1);
    assertThat(queue.next()).contains(b1);
    assertThat(queue.next()).isEmpty();
    queue.end(List.of(a1), item -> true);
    assertThat(queue.next()).containsExactly(a2);
  }

  @Test
  void whatWaitsBehindABatchCanLeaveAndTheGroupStaysBusy() {
    Item a1 = add("a");
    Item a2 = add("a");
    Item b1 = add("b");
    assertThat(queue.next()).contains(a1);
    assertThat(queue.takeBehind(List.of(a1))).containsExactly(a2);
    assertThat(queue.size()).isEqualTo(2);
    Item a3 = add("a");
    assertThat(queue.next()).contains(b1);
    assertThat(queue.next()).isEmpty();
    queue.end(List.of(a1), item -> true);
    assertThat(queue.next()).containsExactly(a3);
  }

  @Test
  void aFailureTakesThoseBehindItAndNobodyElse() {
    Item a1 = add("a");
    Item a2 = add("a");
    Item b1 = add("b");
    Item a3 = add("a");
    queue.next();
    assertThat(queue.end(List.of(a1), item -> false)).containsExactly(a2, a3);
    assertThat(queue.next()).contains(b1);
    assertThat(queue.size()).isEqualTo(1);
    Item again = add("a");
    assertThat(queue.next()).contains(again);
  }

  @Test
  void drainingLeavesWhatRunsAndKeepsTheOrderOfGroups() {
    Item a1 = add("a");
    Item a2 = add("a");
    Item b1 = add("b");
    Item b2 = add("b");
    assertThat(queue.next()).contains(a1);
    assertThat(queue.drain()).containsExactlyInAnyOrder(a2, b1, b2).containsSubsequence(b1, b2);
    assertThat(queue.running()).isEqualTo(1);
    queue.end(List.of(a1), item -> true);
    assertThat(queue.size()).isZero();
  }

  @Test
  void tellsWhetherOneIsTheFirstOfItsGroup() {
    Item none = new Item(Optional.empty(), 0);
    Item a1 = new Item(Optional.of("a"), 1);
    Item a2 = new Item(Optional.of("a"), 2);
    assertThat(queue.add(none)).isTrue();
    assertThat(queue.add(none)).isTrue();
    assertThat(queue.add(a1)).isTrue();
    assertThat(queue.add(a2)).isFalse();
  }

  @Test
  void whatMustRunAloneIsInNoBatchWithOthers() {
    GroupQueue<Item> batches =
        new GroupQueue<>(LIMIT, 10, Item::group, item -> item.number() >= 10);
    List<Item> ready =
        Stream.of(1, 10, 2).map(number -> new Item(Optional.empty(), number)).toList();
    List<Item> group =
        Stream.of(3, 11, 12, 4).map(number -> new Item(Optional.of("g"), number)).toList();
    ready.forEach(batches::add);
    group.forEach(batches::add);
    List<Integer> sizes = new ArrayList<>();
    List<Item> ran = new ArrayList<>();
    for (List<Item> next = batches.next(); !next.isEmpty(); next = batches.next()) {
      sizes.add(next.size());
      ran.addAll(next);
      batches.end(next, item -> true);
    }
    assertThat(sizes).containsExactly(1, 1, 2, 1, 1, 1);
    assertThat(ran).extracting(Item::number).containsExactly(1, 10, 2, 3, 11, 12, 4);
  }

  /** Against a model that knows nothing of queues: lists in the order of adding. */
  @Test
  void holdsItsRulesInAnyHistory() {
    long seed = new Random().nextLong();
    for (int history = 0; history < 300; history++) {
      new History(seed + history).play();
    }
  }

  private static final class History {

    private final Random random;
    private final String name;
    private final int batch;
    private final GroupQueue<Item> queue;
    private final List<Item> waiting = new ArrayList<>();
    private final List<List<Item>> running = new ArrayList<>();
    private final Map<String, Integer> lastRun = new HashMap<>();
    private int added;

    History(long seed) {
      random = new Random(seed);
      name = "history of seed " + seed;
      batch = 1 + random.nextInt(4);
      queue = new GroupQueue<>(LIMIT, batch, Item::group, item -> false);
    }

    void play() {
      for (int step = 0; step < 200; step++) {
        switch (random.nextInt(6)) {
          case 0, 1 -> add();
          case 2, 3 -> next();
          case 4 -> end(1);
          default -> {
            if (random.nextInt(40) == 0) {
              drain();
            } else {
              end(2);
            }
          }
        }
        int runs = running.stream().mapToInt(List::size).sum();
        assertThat(queue.running()).as(name).isEqualTo(runs);
        assertThat(queue.waiting()).as(name).isEqualTo(waiting.size());
      }
    }

    private void add() {
      int group = random.nextInt(5);
      Item item = new Item(group == 0 ? Optional.empty() : Optional.of("g" + group), added++);
      waiting.add(item);
      queue.add(item);
    }

    private void next() {
      boolean some = running.size() < LIMIT && waiting.stream().anyMatch(this::mayRun);
      List<Item> next = queue.next();
      assertThat(!next.isEmpty()).as(name).isEqualTo(some);
      assertThat(next.size()).as(name).isLessThanOrEqualTo(batch);
      for (Item item : next) {
        assertThat(mayRun(item)).as(name).isTrue();
        item.group()
            .ifPresent(
                group ->
                    assertThat(lastRun.merge(group, item.number(), Math::max))
                        .as(name)
                        .isEqualTo(item.number()));
        waiting.remove(item);
      }
      if (!next.isEmpty()) {
        running.add(next);
      }
    }

    /** None of its group runs in another batch, and none before it waits. */
    private boolean mayRun(Item item) {
      return item.group().isEmpty()
          || (running.stream()
                  .flatMap(List::stream)
                  .noneMatch(other -> other.group().equals(item.group()))
              && waiting.stream()
                  .noneMatch(
                      other ->
                          other.group().equals(item.group()) && other.number() < item.number()));
    }

    /** Of {@code odds} messages, one succeeds. */
    private void end(int odds) {
      if (running.isEmpty()) {
        return;
      }
      List<Item> ended = running.remove(random.nextInt(running.size()));
      Set<Item> failed = new HashSet<>(ended);
      failed.removeIf(item -> random.nextInt(odds) == 0);
      List<Item> behind =
          waiting.stream()
              .filter(item -> item.group().isPresent())
              .filter(item -> failed.stream().anyMatch(f -> f.group().equals(item.group())))
              .toList();
      assertThat(queue.end(ended, item -> !failed.contains(item)))
          .as(name)
          .containsExactlyInAnyOrderElementsOf(behind);
      waiting.removeAll(behind);
    }

    private void drain() {
      assertThat(queue.drain()).as(name).containsExactlyInAnyOrderElementsOf(waiting);
      waiting.clear();
    }
  }
}
