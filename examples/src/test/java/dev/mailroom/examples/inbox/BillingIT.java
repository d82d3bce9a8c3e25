package dev.mailroom.examples.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.testkit.LocalAws;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

class BillingIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final JdbcDataSource dataSource = new JdbcDataSource();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @BeforeEach
  void start() throws SQLException {
    dataSource.setURL("jdbc:h2:mem:billing;DB_CLOSE_DELAY=-1");
    InboxSchema.migrate(dataSource);
    try (Connection connection = dataSource.getConnection()) {
      connection.createStatement().execute("CREATE TABLE invoice (order_id text, cents int)");
    }
  }

  @AfterEach
  void stop() throws SQLException {
    scheduler.shutdownNow();
    try (Connection connection = dataSource.getConnection()) {
      connection.createStatement().execute("SHUTDOWN");
    }
  }

  private int invoices() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT coalesce(sum(cents), 0) FROM invoice")) {
      row.next();
      return row.getInt(1);
    }
  }

  private static void send(LocalAws aws, String url, String id, String body) {
    aws.sqs()
        .sendMessage(
            request ->
                request
                    .queueUrl(url)
                    .messageBody(body)
                    .messageAttributes(
                        Map.of(WireFormat.ID, text(id), WireFormat.TYPE, text("OrderPlaced"))));
  }

  private static MessageAttributeValue text(String value) {
    return MessageAttributeValue.builder().dataType("String").stringValue(value).build();
  }

  @Test
  void billsEachOrderOnceAndCounts() {
    try (LocalAws aws = LocalAws.start()) {
      String url = aws.createQueue("billing");
      send(aws, url, "m1", "{\"order\": \"1\", \"cents\": 100}");
      send(aws, url, "m1", "{\"order\": \"1\", \"cents\": 100}");
      send(aws, url, "m2", "{\"order\": \"2\", \"cents\": 10}");
      try (Billing billing = Billing.start(dataSource, aws.sqsAsync(), registry, scheduler)) {
        await().atMost(PATIENCE).until(() -> count("mailroom.inbox.duplicate") == 1);
        await().atMost(PATIENCE).until(() -> invoices() == 110);
        assertThat(registry.get("mailroom.inbox.processed").tag("queue", "billing").timers())
            .hasSize(1);
        assertThat(billing.cleaning().isDone()).isFalse();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(billing::close);
        send(aws, url, "m3", "{\"order\": \"3\", \"cents\": 1}"); // ends the long poll
        closing.join();
      }
    }
  }

  private double count(String name) {
    return registry.find(name).counters().stream().mapToDouble(each -> each.count()).sum();
  }
}
