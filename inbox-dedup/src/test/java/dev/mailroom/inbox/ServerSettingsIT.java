package dev.mailroom.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.testkit.MariaDbServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.MariaDbDataSource;

/** Servers that refuse, told so that one knows what to do. */
class ServerSettingsIT {

  private static final ReceivedMessage MESSAGE = ReceivedMessage.of("m1", "{}");

  private static void assertThatTheRightServerIsAskedFor(DataSource dataSource) {
    Inbox inbox = Inbox.of(dataSource, "billing");
    String next = "Connect to the primary.";
    assertThatThrownBy(() -> inbox.process(MESSAGE, c -> {}))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining(next)
        .hasMessageNotContaining("migrate");
    assertThat(inbox.processAll(List.of(MESSAGE, ReceivedMessage.of("m2", "{}")), c -> {}))
        .allSatisfy(result -> assertThat(result.failure()).get().asString().contains(next));
    assertThatThrownBy(() -> inbox.deadLetters().store(MESSAGE, new IllegalStateException()))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining(next);
    assertThatThrownBy(() -> inbox.cleaner().clean())
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining(next);
  }

  @Test
  void aPostgreSqlThatTakesNoWrites() {
    try (TestDatabase database = TestDatabase.create()) {
      database.execute("INSERT INTO inbox_message VALUES ('billing', '00-old', '2020-01-01')");
      HikariDataSource pool = database.pool(2);
      pool.setConnectionInitSql("SET default_transaction_read_only = on");
      assertThatTheRightServerIsAskedFor(pool);
    }
  }

  /** On a server of their own, since the settings are the whole server's. */
  @Test
  void aMariaDbThatTakesNoWritesOrOnlySmallOnes() throws SQLException {
    try (MariaDbServer server = MariaDbServer.start()) {
      DataSource root = new MariaDbDataSource(server.createDatabase("limits"));
      InboxSchema.migrate(root);
      execute(root, "INSERT INTO inbox_message VALUES ('billing', '00-old', '2020-01-01')");
      execute(root, "SET GLOBAL max_allowed_packet = 1048576");
      execute(root, "CREATE USER app");
      for (String grant :
          InboxSchema.printGrants(
                  Database.MARIADB, dev.mailroom.outbox.jdbc.TableNames.DEFAULT, "app")
              .split(";\n", -1)) {
        if (!grant.isBlank()) {
          execute(root, grant);
        }
      }
      String url = server.jdbcUrl("limits").replaceAll("user=\\w+", "user=app");
      DataSource app = new MariaDbDataSource(url);
      assertThatABodyIsTooLong(app);
      execute(root, "SET GLOBAL read_only = 1");
      assertThatTheRightServerIsAskedFor(app);
    }
  }

  private static void execute(DataSource dataSource, String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      TestDatabase.execute(connection, sql);
    }
  }

  /** The answer of the server itself is lost when its end of the connection comes first. */
  private static void assertThatABodyIsTooLong(DataSource dataSource) {
    InboxDeadLetters letters = Inbox.of(dataSource, "billing").deadLetters();
    ReceivedMessage tooLong = ReceivedMessage.of("m1", "'".repeat(1 << 20));
    assertThatThrownBy(() -> letters.store(tooLong, new IllegalStateException()))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("max_allowed_packet = 1048576")
        .hasMessageNotContaining("migrate");
    assertThat(letters.list(Optional.empty(), 10)).isEmpty();
    letters.store(ReceivedMessage.of("m2", "x".repeat(1_000_000)), new IllegalStateException());
    assertThat(letters.find("m2")).isPresent();
  }
}
