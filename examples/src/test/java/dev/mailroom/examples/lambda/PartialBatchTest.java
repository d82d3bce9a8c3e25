package dev.mailroom.examples.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.examples.lambda.PartialBatch.Failure;
import dev.mailroom.examples.lambda.PartialBatch.Response;
import dev.mailroom.examples.lambda.PartialBatch.SqsRecord;
import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class PartialBatchTest {

  private static SqsRecord message(String id, String group) {
    return new SqsRecord("sqs-" + id, id, Optional.of(group).filter(g -> !g.isEmpty()), id);
  }

  @Test
  void reportsTheFirstFailureOfAGroupAndWhatFollowsInItAndNoOther() throws SQLException {
    JdbcDataSource dataSource = new JdbcDataSource();
    dataSource.setURL("jdbc:h2:mem:lambda;DB_CLOSE_DELAY=-1");
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(InboxSchema.print(Database.H2, TableNames.DEFAULT));
    }
    Inbox inbox = Inbox.of(dataSource, "orders");
    inbox.process(PartialBatchTest.received("a3"), context -> {});
    List<SqsRecord> event =
        List.of(
            message("a1", "a"),
            message("b1", "b"),
            message("a2", "a"),
            message("a3", "a"),
            message("b2", "b"),
            message("c", ""));
    Response response =
        PartialBatch.handle(
            inbox,
            event,
            context -> {
              if (context.message().id().equals("a2")) {
                throw new IllegalStateException("fails");
              }
            });
    assertThat(response.batchItemFailures())
        .containsExactly(new Failure("sqs-a2"), new Failure("sqs-a3"));
    assertThat(PartialBatch.handle(inbox, event, context -> {}).batchItemFailures()).isEmpty();
  }

  private static dev.mailroom.inbox.ReceivedMessage received(String id) {
    return dev.mailroom.inbox.ReceivedMessage.of(id, "");
  }
}
