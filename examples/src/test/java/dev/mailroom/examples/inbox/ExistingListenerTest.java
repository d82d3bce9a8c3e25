package dev.mailroom.examples.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExistingListenerTest {

  private final JdbcDataSource dataSource = new JdbcDataSource();
  private Connection connection;
  private Inbox inbox;
  private ExistingListener listener;

  @BeforeEach
  void start() throws SQLException {
    dataSource.setURL("jdbc:h2:mem:" + System.identityHashCode(this) + ";DB_CLOSE_DELAY=-1");
    InboxSchema.migrate(dataSource);
    connection = dataSource.getConnection();
    execute("CREATE TABLE invoice (content varchar(100))");
    inbox = Inbox.builder(dataSource, "billing").lockTimeout(Duration.ofMillis(50)).build();
    listener = new ExistingListener(inbox);
  }

  @AfterEach
  void stop() throws SQLException {
    connection.setAutoCommit(true);
    execute("SHUTDOWN");
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> invoices() throws SQLException {
    try (Connection reader = dataSource.getConnection();
        Statement statement = reader.createStatement();
        ResultSet rows = statement.executeQuery("SELECT content FROM invoice")) {
      List<String> contents = new ArrayList<>();
      while (rows.next()) {
        contents.add(rows.getString(1));
      }
      return contents;
    }
  }

  @Test
  void aCopyReturnsQuietlyAndHasNoEffect() throws SQLException {
    listener.onMessage("m1", "first");
    listener.onMessage("m1", "copy");
    assertThat(invoices()).containsExactly("first");
  }

  @Test
  void theEffectCommitsWithTheFrameworksTransaction() throws SQLException {
    connection.setAutoCommit(false);
    listener.onMessage(connection, "m1", "undone");
    connection.rollback();
    listener.onMessage(connection, "m1", "done");
    assertThat(invoices()).isEmpty();
    connection.commit();
    listener.onMessage(connection, "m1", "copy");
    connection.commit();
    assertThat(invoices()).containsExactly("done");
  }

  @Test
  void aCopyInProgressThrowsSoThatItComesAgain() throws SQLException {
    connection.setAutoCommit(false);
    inbox.process(
        ReceivedMessage.of("m1", "first"),
        context -> {
          assertThatExceptionOfType(MailroomException.class)
              .isThrownBy(() -> listener.onMessage("m1", "copy"));
          assertThatExceptionOfType(MailroomException.class)
              .isThrownBy(() -> listener.onMessage(connection, "m1", "copy"));
        });
    connection.rollback();
    assertThat(invoices()).isEmpty();
  }
}
