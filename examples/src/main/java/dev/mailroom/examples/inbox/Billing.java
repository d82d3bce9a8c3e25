package dev.mailroom.examples.inbox;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxMetrics;
import dev.mailroom.inbox.sqs.SqsConsumer;
import dev.mailroom.outbox.JacksonCodec;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import javax.sql.DataSource;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/**
 * A consumer with all it needs in production: objects for payloads, a place for messages that
 * always fail, metrics, and a cleaner of its inbox.
 */
public record Billing(SqsConsumer consumer, ScheduledFuture<?> cleaning) implements AutoCloseable {

  /** The payload of an {@code OrderPlaced}. */
  public record OrderPlaced(String order, int cents) {}

  /** Starts it. {@code InboxSchema.migrate(dataSource)} made the tables. */
  public static Billing start(
      DataSource dataSource,
      SqsAsyncClient sqs,
      MeterRegistry registry,
      ScheduledExecutorService scheduler) {
    Inbox inbox = Inbox.of(dataSource, "billing");
    SqsConsumer consumer =
        SqsConsumer.builder(sqs, inbox)
            .queue("billing")
            .codec(JacksonCodec.create())
            .on(
                "OrderPlaced",
                OrderPlaced.class,
                (order, context) -> bill(context.connection(), order))
            .deadLetters(10, inbox.deadLetters()::store)
            .listener(InboxMetrics.of(registry, inbox.consumer()))
            .build();
    consumer.start();
    ScheduledFuture<?> cleaning = inbox.cleaner().start(scheduler, Duration.ofHours(1));
    return new Billing(consumer, cleaning);
  }

  private static void bill(Connection connection, OrderPlaced order) throws SQLException {
    try (var insert =
        connection.prepareStatement("INSERT INTO invoice (order_id, cents) VALUES (?, ?)")) {
      insert.setString(1, order.order());
      insert.setInt(2, order.cents());
      insert.executeUpdate();
    }
  }

  @Override
  public void close() {
    consumer.close();
    cleaning.cancel(true); // it ends after its chunk
  }
}
