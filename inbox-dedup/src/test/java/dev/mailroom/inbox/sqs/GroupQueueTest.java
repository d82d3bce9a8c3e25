package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GroupQueueTest {

  private static final int LIMIT = 3;

  /** Number counts up in the order of adding. */
  private record Item(Optional<String> group, int number) {}

  private final GroupQueue<Item> queue = new GroupQueue<>(LIMIT, Item::group);
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
    queue.succeeded(first);
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
    queue.succeeded(a1);
    assertThat(queue.next()).contains(a2);
  }

  @Test
  void aFailureTakesThoseBehindItAndNobodyElse() {
    Item a1 = add("a");
    Item a2 = add("a");
    Item b1 = add("b");
    Item a3 = add("a");
    queue.next();
    assertThat(queue.failed(a1)).containsExactly(a2, a3);
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
    assertThat(queue.running()).containsExactly(a1);
    queue.succeeded(a1);
    assertThat(queue.size()).isZero();
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
    private final GroupQueue<Item> queue = new GroupQueue<>(LIMIT, Item::group);
    private final List<Item> waiting = new ArrayList<>();
    private final List<Item> running = new ArrayList<>();
    private final Map<String, Integer> lastRun = new HashMap<>();
    private int added;

    History(long seed) {
      random = new Random(seed);
      name = "history of seed " + seed;
    }

    void play() {
      for (int step = 0; step < 200; step++) {
        switch (random.nextInt(6)) {
          case 0, 1 -> add();
          case 2, 3 -> next();
          case 4 -> succeed();
          default -> {
            if (random.nextInt(40) == 0) {
              drain();
            } else {
              fail();
            }
          }
        }
        assertThat(queue.size()).as(name).isEqualTo(waiting.size() + running.size());
      }
    }

    private void add() {
      int group = random.nextInt(5);
      Item item = new Item(group == 0 ? Optional.empty() : Optional.of("g" + group), added++);
      waiting.add(item);
      queue.add(item);
    }

    private void next() {
      Optional<Item> next = queue.next();
      List<Item> allowed = waiting.stream().filter(this::mayRun).toList();
      assertThat(next.isPresent()).as(name).isEqualTo(running.size() < LIMIT && !allowed.isEmpty());
      next.ifPresent(
          item -> {
            assertThat(allowed).as(name).contains(item);
            item.group()
                .ifPresent(
                    group ->
                        assertThat(lastRun.merge(group, item.number(), Math::max))
                            .as(name)
                            .isEqualTo(item.number()));
            waiting.remove(item);
            running.add(item);
          });
    }

    private boolean mayRun(Item item) {
      return item.group().isEmpty()
          || (running.stream().noneMatch(other -> other.group().equals(item.group()))
              && waiting.stream()
                  .noneMatch(
                      other ->
                          other.group().equals(item.group()) && other.number() < item.number()));
    }

    private void succeed() {
      if (!running.isEmpty()) {
        queue.succeeded(running.remove(random.nextInt(running.size())));
      }
    }

    private void fail() {
      if (!running.isEmpty()) {
        Item failed = running.remove(random.nextInt(running.size()));
        List<Item> behind =
            failed.group().isEmpty()
                ? List.of()
                : waiting.stream().filter(i -> i.group().equals(failed.group())).toList();
        assertThat(queue.failed(failed)).as(name).containsExactlyElementsOf(behind);
        waiting.removeAll(behind);
      }
    }

    private void drain() {
      assertThat(queue.drain()).as(name).containsExactlyInAnyOrderElementsOf(waiting);
      waiting.clear();
    }
  }
}
