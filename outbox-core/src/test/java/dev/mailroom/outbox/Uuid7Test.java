package dev.mailroom.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class Uuid7Test {

  private static final int MANY = 20_000;

  private static long millis(UUID id) {
    return id.getMostSignificantBits() >>> 16;
  }

  @Test
  void isOfVersionSevenAndVariantTwo() {
    assertThat(Stream.generate(Uuid7::next).limit(MANY))
        .allMatch(id -> id.version() == 7 && id.variant() == 2);
  }

  /** Many ids at a time may run ahead of the clock, 4096 to the millisecond, never behind it. */
  @Test
  void embedsTheTime() {
    long before = System.currentTimeMillis();
    UUID id = Uuid7.next();
    assertThat(millis(id)).isBetween(before, System.currentTimeMillis() + 10L * MANY / 4096);
  }

  @Test
  void isSortedWithinAThread() {
    assertThat(Stream.generate(Uuid7::next).limit(MANY).toList()).isSorted();
  }

  /** Whatever was made before another was begun is lower, on whichever threads. */
  @Test
  void isSortedAcrossThreads() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      UUID highest = Uuid7.next();
      for (int round = 0; round < 20; round++) {
        List<Future<List<UUID>>> results = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          results.add(threads.submit(() -> Stream.generate(Uuid7::next).limit(500).toList()));
        }
        List<UUID> made = new ArrayList<>();
        for (Future<List<UUID>> result : results) {
          assertThat(result.get()).isSorted();
          made.addAll(result.get());
        }
        // The upper half alone tells them apart: time and count, no random bits.
        assertThat(made.stream().map(UUID::getMostSignificantBits)).doesNotHaveDuplicates();
        assertThat(made.stream().sorted().findFirst().orElseThrow()).isGreaterThan(highest);
        highest = made.stream().max(UUID::compareTo).orElseThrow();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void itsRandomBitsAreRandom() {
    long all = 0;
    long none = -1;
    for (int i = 0; i < 1_000; i++) {
      long low = Uuid7.next().getLeastSignificantBits();
      all |= low;
      none &= low;
    }
    assertThat(all).as("each of 62 bits was set once").isEqualTo(0xBFFF_FFFF_FFFF_FFFFL);
    assertThat(none).as("and clear once").isEqualTo(0x8000_0000_0000_0000L);
  }
}
