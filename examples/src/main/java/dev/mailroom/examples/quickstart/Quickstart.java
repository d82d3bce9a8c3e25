package dev.mailroom.examples.quickstart;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.sqs.SqsConsumer;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.relay.Relay;
import dev.mailroom.relay.aws.AwsTransport;
import dev.mailroom.relay.aws.SnsTopic;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/** Publish, relay, receive: the three sides of Mailroom, one method each. */
public final class Quickstart {

  private Quickstart() {}

  /** Writes the message in the transaction that makes the change. */
  public static void publish(DataSource dataSource, String orderId, String json)
      throws SQLException {
    JdbcOutbox outbox = JdbcOutbox.create();
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      insertOrder(connection, orderId, json);
      outbox.publish(
          connection, Message.to("orders").type("OrderPlaced").key(orderId).payload(json).build());
      connection.commit();
    }
  }

  private static void insertOrder(Connection connection, String orderId, String json)
      throws SQLException {
    try (var insert =
        connection.prepareStatement("INSERT INTO placed_order (id, content) VALUES (?, ?)")) {
      insert.setString(1, orderId);
      insert.setString(2, json);
      insert.executeUpdate();
    }
  }

  /** Starts a relay: as many as you like for a database, as processes or as parts of a service. */
  public static Relay relay(DataSource dataSource, SqsAsyncClient sqs, SnsAsyncClient sns) {
    Relay relay =
        Relay.builder()
            .store(JdbcOutboxStore.of(dataSource))
            .transport(
                AwsTransport.builder(sqs, sns)
                    .route("orders", SnsTopic.named("orders-prod"))
                    .build())
            .build();
    relay.start();
    return relay;
  }

  /** Starts a consumer: what its handler writes and the inbox's row commit together. */
  public static SqsConsumer receive(DataSource dataSource, SqsAsyncClient sqs) {
    SqsConsumer consumer =
        SqsConsumer.builder(sqs, Inbox.of(dataSource, "billing"))
            .queue("billing")
            .on("OrderPlaced", (message, context) -> bill(context.connection(), message.payload()))
            .build();
    consumer.start();
    return consumer;
  }

  private static void bill(Connection connection, String json) throws SQLException {
    try (var insert = connection.prepareStatement("INSERT INTO invoice (content) VALUES (?)")) {
      insert.setString(1, json);
      insert.executeUpdate();
    }
  }
}
