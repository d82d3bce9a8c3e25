package dev.mailroom.examples.transactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.relay.Relay;
import dev.mailroom.relay.aws.AwsTransport;
import dev.mailroom.relay.aws.SqsQueue;
import dev.mailroom.testkit.LocalAws;
import dev.mailroom.testkit.database.DatabaseKind;
import dev.mailroom.testkit.database.DatabaseSetUp;
import dev.mailroom.testkit.database.WithDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.Message;

/** What docs/testing.md shows. */
@WithDatabase(value = DatabaseKind.POSTGRESQL, setUp = OrderIsAnnouncedIT.Tables.class)
class OrderIsAnnouncedIT {

  static final class Tables implements DatabaseSetUp {
    @Override
    public void setUp(DataSource database) throws SQLException {
      OutboxSchema.migrate(database);
      try (Connection connection = database.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE purchase (id varchar(40) PRIMARY KEY, cents int)");
      }
    }
  }

  @Test
  void anOrderIsAnnounced(DataSource database) {
    try (LocalAws aws = LocalAws.start()) {
      String queue = aws.createQueue("orders");
      AwsTransport transport =
          AwsTransport.builder(aws.sqsAsync(), aws.snsAsync())
              .route("orders", SqsQueue.named("orders"))
              .build();
      try (Relay relay =
          Relay.builder().store(JdbcOutboxStore.of(database)).transport(transport).build()) {
        relay.start();
        new WithJdbc(database).place("o-1", 1999);
        List<Message> arrived = await().until(() -> aws.drain(queue), some -> !some.isEmpty());
        assertThat(arrived).singleElement().extracting(Message::body).asString().contains("o-1");
      }
    }
  }
}
