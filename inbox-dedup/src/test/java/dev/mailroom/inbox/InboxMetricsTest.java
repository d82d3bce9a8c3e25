package dev.mailroom.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InboxMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final InboxMetrics metrics = InboxMetrics.of(registry, "billing");
  private final ReceivedMessage message =
      ReceivedMessage.from("orders")
          .id("1")
          .payload("p")
          .sentAt(Instant.now().minusSeconds(60))
          .createdAt(Instant.now().plusSeconds(60))
          .build();

  @Test
  void timesAndAgesAreTaggedByConsumerAndQueueAlone() {
    metrics.processed(message, Duration.ofMillis(5));
    var processed = registry.get("mailroom.inbox.processed").timer();
    assertThat(processed.count()).isEqualTo(1);
    assertThat(processed.getId().getTags())
        .extracting(tag -> tag.getKey() + "=" + tag.getValue())
        .containsExactly("consumer=billing", "queue=orders");
    assertThat(registry.get("mailroom.inbox.age.sent").timer().totalTime(TimeUnit.SECONDS))
        .isGreaterThanOrEqualTo(60);
    assertThat(registry.get("mailroom.inbox.age.created").timer().totalTime(TimeUnit.SECONDS))
        .isZero();
  }

  @Test
  void countersAndGaugesFollow() {
    metrics.duplicate(message);
    metrics.failed(message, new IllegalStateException());
    metrics.postponed(message, new IllegalStateException());
    metrics.returned("orders", 3);
    metrics.holds("orders", 2, 7);
    metrics.holds("orders", 1, 5);
    assertThat(registry.get("mailroom.inbox.duplicate").counter().count()).isEqualTo(1);
    assertThat(registry.get("mailroom.inbox.failed").counter().count()).isEqualTo(1);
    assertThat(registry.get("mailroom.inbox.postponed").counter().count()).isEqualTo(1);
    assertThat(registry.get("mailroom.inbox.returned").counter().count()).isEqualTo(3);
    assertThat(registry.get("mailroom.inbox.running").gauge().value()).isEqualTo(1);
    assertThat(registry.get("mailroom.inbox.prefetched").gauge().value()).isEqualTo(5);
  }
}
