package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The inbox's database is away for a while. */
class OutageIT {

  private final Stage stage = new Stage("");

  @AfterEach
  void stop() {
    stage.close();
  }

  /** Until those at hand have tried again: had they gone back, they would have come again. */
  @Test
  void messagesStayInTheQueueMeanwhile() {
    for (int i = 0; i < 200; i++) {
      stage.send("m" + i);
    }
    try (HikariDataSource nowhere = nowhere()) {
      Switched database = new Switched(nowhere);
      stage.start(
          SqsConsumer.builder(Stage.AWS.sqsAsync(), Inbox.of(database, "stage"))
              .queue(stage.name)
              .waitTime(Duration.ofSeconds(1))
              .backoff(Duration.ofSeconds(1), Duration.ofSeconds(1))
              .deadLetters(1, (message, error) -> {})
              .concurrency(20)
              .listener(stage.heard)
              .onAny(Stage::record));
      await().atMost(Stage.PATIENCE).until(() -> stage.heard.postponed.get() >= 30);
      database.now = stage.database.pool(20);
      stage.awaitEmptyQueue();
      assertThat(stage.effects()).hasSize(200);
      assertThat(stage.heard.deadLetters).isEmpty();
      assertThat(Stage.AWS.deliveries().of(stage.name).received()).isEqualTo(200);
    }
  }

  @Test
  void closingMeanwhileGivesBackWhatIsHere() {
    stage.send("said");
    try (HikariDataSource nowhere = nowhere()) {
      SqsConsumer consumer =
          stage.start(
              SqsConsumer.builder(Stage.AWS.sqsAsync(), Inbox.of(nowhere, "stage"))
                  .queue(stage.name)
                  .waitTime(Duration.ofSeconds(1))
                  .visibility(Duration.ofMinutes(10))
                  .listener(stage.heard)
                  .onAny(Stage::record));
      await().atMost(Stage.PATIENCE).until(() -> stage.heard.postponed.get() >= 2);
      consumer.close();
      assertThat(stage.hidden()).isZero();
      assertThat(stage.visible()).isEqualTo(1);
    }
  }

  @Test
  void aHandlerThatRunsOnDoesNotProlongIt() throws Exception {
    stage.send("slow");
    CountDownLatch others = new CountDownLatch(3);
    try (HikariDataSource nowhere = nowhere()) {
      Switched database = new Switched(nowhere);
      stage.start(
          SqsConsumer.builder(Stage.AWS.sqsAsync(), Inbox.of(database, "stage"))
              .queue(stage.name)
              .waitTime(Duration.ofSeconds(1))
              .listener(stage.heard)
              .onAny(
                  (message, context) -> {
                    if (!message.payload().equals("slow")) {
                      others.countDown();
                    } else if (!others.await(Stage.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                      throw new IllegalStateException("nothing else came meanwhile");
                    }
                    Stage.record(message, context);
                  }));
      // Longer than the poll that was under way when it began.
      await().atMost(Stage.PATIENCE).until(() -> stage.heard.postponed.get() >= 6);
      IntStream.range(0, 3).forEach(i -> stage.send("m" + i));
      database.now = stage.database.pool(5);
      stage.awaitEmptyQueue();
      assertThat(stage.effects()).hasSize(4);
      assertThat(stage.heard.failures).isEmpty();
    }
  }

  @Test
  void thatOfAnInboxThatAHandlerCallsIsTheHandlersFailure() {
    stage.send("said");
    List<String> stored = new CopyOnWriteArrayList<>();
    try (HikariDataSource nowhere = nowhere()) {
      Inbox other = Inbox.of(nowhere, "other");
      stage.start(
          stage
              .consumer()
              .deadLetters(2, (message, error) -> stored.add(message.payload()))
              .onAny((message, context) -> other.process(message, inner -> {})));
      stage.awaitEmptyQueue();
    }
    assertThat(stored).containsExactly("said");
    assertThat(stage.heard.postponed).hasValue(0);
  }

  private static HikariDataSource nowhere() {
    HikariDataSource nowhere = new HikariDataSource();
    nowhere.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/none");
    nowhere.setConnectionTimeout(250);
    nowhere.setInitializationFailTimeout(-1);
    return nowhere;
  }

  private static final class Switched implements DataSource {

    private volatile DataSource now;

    Switched(DataSource first) {
      this.now = first;
    }

    @Override
    public Connection getConnection() throws SQLException {
      return now.getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
      return now.getConnection(user, password);
    }

    @Override
    public java.io.PrintWriter getLogWriter() throws SQLException {
      return now.getLogWriter();
    }

    @Override
    public void setLogWriter(java.io.PrintWriter out) throws SQLException {
      now.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
      now.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
      return now.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
      return now.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
      return now.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
      return now.isWrapperFor(type);
    }
  }
}
