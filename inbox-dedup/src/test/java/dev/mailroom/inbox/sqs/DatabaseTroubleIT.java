package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What of a database's failures is a message's fault, and what is not. */
class DatabaseTroubleIT {

  private final Stage stage = new Stage("");
  private final ConcurrentLinkedQueue<String> stored = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    stage.close();
  }

  /** As of a handler that idles until something on the way drops its connection. */
  @Test
  void aMessageWhoseCommitAlwaysFailsBecomesADeadLetter() {
    stage.send("poison");
    stage.send("said");
    stage.start(
        stage
            .consumer()
            .concurrency(1)
            .deadLetters(2, (message, error) -> stored.add(message.payload()))
            .onAny(
                (message, context) -> {
                  Stage.record(message, context);
                  if (message.payload().equals("poison")) {
                    loseConnection(context.connection());
                  }
                }));
    stage.awaitEmptyQueue();
    assertThat(stored).containsExactly("poison");
    assertThat(stage.effects()).containsExactly("said");
    assertThat(stage.heard.postponed).hasValue(0);
  }

  private static void loseConnection(Connection connection) {
    try {
      execute(connection, "SELECT pg_terminate_backend(pg_backend_pid())");
    } catch (SQLException swallowed) {
      assertThat(swallowed.getSQLState()).isEqualTo("57P01");
    }
  }

  @Test
  void whatWouldBefallAnyMessageCostsNoDeliveries() throws SQLException {
    executeAlone("ALTER TABLE inbox_message RENAME TO not_yet_there");
    IntStream.range(0, 30).forEach(i -> stage.send("m" + i));
    stage.start(
        stage
            .consumer()
            .deadLetters(1, (message, error) -> stored.add(message.payload()))
            .onAny(Stage::record));
    await().atMost(Stage.PATIENCE).until(() -> stage.heard.postponed.get() > 30);
    executeAlone("ALTER TABLE not_yet_there RENAME TO inbox_message");
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).hasSize(30);
    assertThat(stored).isEmpty();
    assertThat(stage.heard.failures).isEmpty();
    assertThat(Stage.AWS.deliveries().of(stage.name).received()).isEqualTo(30);
  }

  private void executeAlone(String sql) throws SQLException {
    try (Connection connection = stage.database.pool(1).getConnection()) {
      execute(connection, sql);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
