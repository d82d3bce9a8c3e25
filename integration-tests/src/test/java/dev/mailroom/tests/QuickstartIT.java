package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.examples.quickstart.Quickstart;
import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.inbox.sqs.SqsConsumer;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.relay.Relay;
import dev.mailroom.testkit.LocalAws;
import dev.mailroom.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The README's sample does what it says; {@link DocsTest} has that it is this code. */
class QuickstartIT {

  @Test
  void theSampleGoesTheWholeWay() throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        LocalAws aws = LocalAws.start()) {
      postgres.createDatabase("shop");
      DataSource dataSource = postgres.dataSource("shop");
      OutboxSchema.migrate(dataSource);
      InboxSchema.migrate(dataSource);
      aws.createQueue("billing");
      aws.subscribe(aws.createTopic("orders-prod"), "billing", true);
      try (Connection connection = dataSource.getConnection()) {
        connection.createStatement().execute("CREATE TABLE invoice (content text)");
        connection.setAutoCommit(false);
        Quickstart.publish(connection, "4711", "{\"order\": 4711}");
      }
      try (Relay relay = Quickstart.relay(dataSource, aws.sqsAsync(), aws.snsAsync());
          SqsConsumer consumer = Quickstart.receive(dataSource, aws.sqsAsync())) {
        await()
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(
                () -> assertThat(invoices(dataSource)).containsExactly("{\"order\": 4711}"));
      }
    }
  }

  private static List<String> invoices(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT content FROM invoice")) {
      List<String> contents = new ArrayList<>();
      while (rows.next()) {
        contents.add(rows.getString(1));
      }
      return contents;
    }
  }
}
