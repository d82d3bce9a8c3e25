package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.examples.quickstart.Quickstart;
import dev.mailroom.examples.quickstart.RelayMain;
import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.inbox.sqs.SqsConsumer;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.relay.Relay;
import dev.mailroom.testkit.LocalAws;
import dev.mailroom.testkit.PostgresServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The README's sample does what it says; {@link DocsTest} has that it is this code. */
class QuickstartIT {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static PostgresServer postgres;
  private static int number;

  private LocalAws aws;
  private String billing;
  private String url;
  private DataSource dataSource;

  @BeforeAll
  static void start() {
    postgres = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @BeforeEach
  void setUp() throws SQLException {
    String name = "shop" + ++number;
    url = postgres.createDatabase(name);
    dataSource = postgres.dataSource(name);
    OutboxSchema.migrate(dataSource);
    InboxSchema.migrate(dataSource);
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE placed_order (id text, content text)");
      statement.execute("CREATE TABLE invoice (content text)");
    }
    aws = LocalAws.start();
    billing = aws.createQueue("billing");
    aws.subscribe(aws.createTopic("orders-prod"), "billing", true);
  }

  @AfterEach
  void tearDown() {
    aws.close();
  }

  @Test
  void theSampleGoesTheWholeWay() throws Exception {
    Quickstart.publish(dataSource, "4711", "{\"order\": 4711}");
    try (Relay relay = Quickstart.relay(dataSource, aws.sqsAsync(), aws.snsAsync());
        SqsConsumer consumer = Quickstart.receive(dataSource, aws.sqsAsync())) {
      awaitInvoice("{\"order\": 4711}");
      CompletableFuture<Void> closing =
          CompletableFuture.runAsync(consumer::close, task -> new Thread(task).start());
      Quickstart.publish(dataSource, "4712", "{\"order\": 4712}"); // ends the long poll
      closing.join();
    }
  }

  @Test
  void theProcessRunsUntilItIsToldToEndAndHandsOver() throws Exception {
    Process relay = relayMain();
    try {
      Quickstart.publish(dataSource, "4711", "{\"order\": 4711}");
      await().atMost(LONG).until(() -> !aws.drain(billing).isEmpty());
      assertThat(owners()).hasSize(1);
      relay.destroy();
      assertThat(relay.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(owners()).isEmpty();
    } finally {
      relay.destroyForcibly();
    }
  }

  private Process relayMain() throws IOException {
    ProcessBuilder java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                RelayMain.class.getName(),
                url)
            .redirectErrorStream(true)
            .redirectOutput(new File("target/relay-main.log"));
    java.environment()
        .putAll(
            Map.of(
                "AWS_ENDPOINT_URL",
                aws.endpoint().toString(),
                "AWS_REGION",
                aws.region().id(),
                "AWS_ACCESS_KEY_ID",
                "x",
                "AWS_SECRET_ACCESS_KEY",
                "x"));
    return java.start();
  }

  private void awaitInvoice(String content) {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(column("SELECT content FROM invoice")).containsExactly(content));
  }

  private List<String> owners() throws SQLException {
    return column("SELECT DISTINCT owner FROM outbox_partition WHERE owner IS NOT NULL");
  }

  private List<String> column(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> contents = new ArrayList<>();
      while (rows.next()) {
        contents.add(rows.getString(1));
      }
      return contents;
    }
  }
}
