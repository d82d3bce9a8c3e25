package dev.mailroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.testkit.Deduplication.Accepted;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DeduplicationTest {

  private Instant now = Instant.EPOCH;
  private final Deduplication deduplication = new Deduplication(() -> now);

  @Test
  void recognizesARepeatForFiveMinutesFromTheFirst() {
    Accepted first = deduplication.accept("key", () -> "1");
    assertThat(first.repeated()).isFalse();
    now = now.plus(Duration.ofMinutes(5).minusMillis(1));
    Accepted repeat = deduplication.accept("key", () -> "2");
    assertThat(repeat).isEqualTo(new Accepted(first.messageId(), "1", true));
    now = now.plusMillis(1);
    Accepted later = deduplication.accept("key", () -> "3");
    assertThat(later.repeated()).isFalse();
    assertThat(later.messageId()).isNotEqualTo(first.messageId());
  }

  @Test
  void tellsKeysApart() {
    deduplication.accept("a", () -> "1");
    assertThat(deduplication.accept("b", () -> "2").repeated()).isFalse();
  }
}
