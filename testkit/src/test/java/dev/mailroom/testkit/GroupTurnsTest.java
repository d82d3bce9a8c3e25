package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class GroupTurnsTest {

  private final GroupTurns turns = new GroupTurns();
  private final List<String> begun = new ArrayList<>();

  @Test
  void workOnAGroupWaitsForEarlierWorkOnIt() {
    CompletableFuture<String> first = work("first", "a", "b");
    CompletableFuture<String> second = work("second", "b", "c");
    CompletableFuture<String> third = work("third", "c");
    CompletableFuture<String> other = work("other", "d");
    assertThat(begun).containsExactly("first", "other");
    first.complete("done");
    assertThat(begun).containsExactly("first", "other", "second");
    second.completeExceptionally(new IllegalStateException());
    assertThat(begun).containsExactly("first", "other", "second", "third");
    third.complete("done");
    other.complete("done");
    work("afterwards", "a", "b", "c").complete("done");
    assertThat(begun).endsWith("afterwards");
  }

  private CompletableFuture<String> work(String name, String... groups) {
    CompletableFuture<String> end = new CompletableFuture<>();
    CompletableFuture<String> turn =
        turns.after(
            List.of(groups),
            () -> {
              begun.add(name);
              return end;
            });
    assertThat(turn).isNotDone();
    return end;
  }
}
