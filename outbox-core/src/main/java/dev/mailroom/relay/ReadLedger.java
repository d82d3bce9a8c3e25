package dev.mailroom.relay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Which reads are on their way. A read that began before a row was deleted can still return it; the
 * row's slot stays in its window until all such reads have ended, or the row would be sent twice.
 */
final class ReadLedger {

  private record Farewell(long lastRead, List<Slot> slots) {}

  private final TreeSet<Long> open = new TreeSet<>();
  private final Deque<Farewell> farewells = new ArrayDeque<>();
  private final Consumer<Slot> forget;
  private long last;

  ReadLedger(Consumer<Slot> forget) {
    this.forget = forget;
  }

  long begin() {
    open.add(++last);
    return last;
  }

  void end(long read) {
    open.remove(read);
    release();
  }

  /** The number of the read that began last. */
  long last() {
    return last;
  }

  /** Forgets slots, whose rows are gone now, once no open read can return them. */
  void forgetLater(List<Slot> slots) {
    farewells.add(new Farewell(last, slots));
    release();
  }

  private void release() {
    while (!farewells.isEmpty() && (open.isEmpty() || open.first() > farewells.peek().lastRead())) {
      farewells.remove().slots().forEach(forget);
    }
  }
}
