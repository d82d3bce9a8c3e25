package dev.mailroom.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.relay.Transport.Limits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchPackerTest {

  private record Item(int number, int size) {}

  private static List<List<Item>> packAll(List<Item> items, Limits limits) {
    Deque<Item> queue = new ArrayDeque<>(items);
    List<List<Item>> batches = new ArrayList<>();
    while (!queue.isEmpty()) {
      batches.add(BatchPacker.pack(queue, limits, Item::size));
    }
    return batches;
  }

  private static int bytes(List<Item> batch) {
    return batch.stream().mapToInt(Item::size).sum();
  }

  @Test
  void keepsOrderAndLimitsAndLosesNothing() {
    long first = System.nanoTime();
    for (long seed = first; seed < first + 5_000; seed++) {
      Random random = new Random(seed);
      Limits limits = new Limits(false, 1 + random.nextInt(12), 1 + random.nextInt(100));
      List<Item> items =
          IntStream.range(0, random.nextInt(60))
              .mapToObj(i -> new Item(i, random.nextInt(120)))
              .toList();
      List<List<Item>> batches = packAll(items, limits);

      assertThat(batches.stream().flatMap(List::stream).toList())
          .as("in order and whole, seed %s", seed)
          .isEqualTo(items);
      for (int i = 0; i < batches.size(); i++) {
        assertBatch(batches, i, limits, seed);
      }
    }
  }

  private static void assertBatch(List<List<Item>> batches, int i, Limits limits, long seed) {
    List<Item> batch = batches.get(i);
    assertThat(batch)
        .as("seed %s", seed)
        .isNotEmpty()
        .hasSizeLessThanOrEqualTo(limits.maxEntries());
    if (batch.size() > 1) {
      assertThat(bytes(batch)).as("seed %s", seed).isLessThanOrEqualTo(limits.maxBytes());
    }
    if (i + 1 < batches.size() && batch.size() < limits.maxEntries()) {
      assertThat(bytes(batch) + batches.get(i + 1).get(0).size())
          .as("no room was wasted, seed %s", seed)
          .isGreaterThan(limits.maxBytes());
    }
  }

  @Test
  void theLimitsAreInclusive() {
    List<Item> items = List.of(new Item(0, 60), new Item(1, 40), new Item(2, 1));
    assertThat(packAll(items, new Limits(false, 10, 100)))
        .extracting(List::size)
        .containsExactly(2, 1);
    assertThat(packAll(items, new Limits(false, 10, 99)))
        .extracting(List::size)
        .containsExactly(1, 2);
    assertThat(packAll(items, new Limits(false, 3, 101))).extracting(List::size).containsExactly(3);
    assertThat(packAll(items, new Limits(false, 2, 101)))
        .extracting(List::size)
        .containsExactly(2, 1);
  }

  @Test
  void oneThatIsTooLargeGoesAlone() {
    List<Item> items = List.of(new Item(0, 101), new Item(1, 0), new Item(2, 101), new Item(3, 1));
    assertThat(packAll(items, new Limits(false, 10, 100)))
        .extracting(batch -> batch.get(0).number())
        .containsExactly(0, 1, 2, 3);
  }

  @Test
  void sizesDoNotOverflow() {
    int huge = Integer.MAX_VALUE;
    List<Item> items = List.of(new Item(0, huge), new Item(1, huge), new Item(2, huge));
    assertThat(packAll(items, new Limits(false, 10, huge))).hasSize(3);
  }
}
