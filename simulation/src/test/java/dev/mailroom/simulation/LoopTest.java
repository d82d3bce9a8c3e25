package dev.mailroom.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopTest {

  private final List<RuntimeException> faults = new ArrayList<>();
  private final Loop loop = new Loop(faults::add);

  @Test
  void runsEventsByTimeAndThoseOfOneTimeAsTheyCame() {
    List<Integer> order = new ArrayList<>();
    loop.after(20, () -> order.add(3));
    loop.after(10, () -> order.add(1));
    loop.after(10, () -> order.add(2));
    loop.run(15);
    assertThat(order).containsExactly(1, 2);
    assertThat(loop.now()).isEqualTo(15);
    loop.run(5);
    assertThat(order).containsExactly(1, 2, 3);
  }

  @Test
  void timeNeverGoesBackAfterWaitsWithinWaits() {
    List<Long> times = new ArrayList<>();
    loop.after(10, () -> loop.interleave(5));
    loop.after(
        12,
        () -> {
          loop.interleave(100);
          times.add(loop.now());
        });
    loop.after(13, () -> times.add(loop.now()));
    loop.after(50, () -> times.add(loop.now()));
    loop.after(120, () -> times.add(loop.now()));
    loop.run(200);
    assertThat(times).containsExactly(13L, 50L, 112L, 120L);
  }

  @Test
  void goesOnAfterAFault() {
    RuntimeException fault = new IllegalStateException("as planned");
    List<String> done = new ArrayList<>();
    loop.after(
        1,
        () -> {
          throw fault;
        });
    loop.after(2, () -> done.add("next"));
    loop.run(3);
    assertThat(faults).containsExactly(fault);
    assertThat(done).containsExactly("next");
  }
}
