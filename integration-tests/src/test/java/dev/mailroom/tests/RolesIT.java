package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.inbox.sqs.SqsConsumer;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.DeadLetters;
import dev.mailroom.outbox.jdbc.DeadLetters.Filter;
import dev.mailroom.outbox.jdbc.Destinations;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.outbox.jdbc.TableNames;
import dev.mailroom.relay.Relay;
import dev.mailroom.relay.aws.AwsTransport;
import dev.mailroom.testkit.LocalAws;
import dev.mailroom.testkit.database.DatabaseKind;
import dev.mailroom.testkit.database.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** The whole path of messages, where nobody may more than the roles of the documentation. */
class RolesIT {

  private static final List<String> ROLES = List.of("writer", "relay", "consumer", "operator");
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String DENIED = "(?s).*(permission denied|command denied|must be owner).*";

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "MARIADB"})
  void theWholePathWorksUnderTheLeastRights(DatabaseKind kind) throws SQLException {
    try (TestDatabase database = TestDatabase.create(kind);
        Town town = new Town(database);
        LocalAws aws = LocalAws.start()) {
      town.build();
      aws.createQueue("billing", Map.of(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, "2048"));
      town.publish("invoice", "poison", "too long".repeat(1_000));
      Inbox inbox = Inbox.of(town.as("consumer"), "billing");
      try (Relay relay = relay(town, aws);
          SqsConsumer consumer = consumer(inbox, aws)) {
        relay.start();
        consumer.start();
        operate(town.as("operator"));
        await()
            .atMost(LONG)
            .until(() -> inbox.deadLetters().list(Optional.empty(), 10).size() == 1);
        await().atMost(LONG).until(() -> town.rows("SELECT name FROM invoice").size() == 1);
        await().atMost(LONG).until(() -> town.rows("SELECT seq FROM outbox_message").isEmpty());
      }
      String poison = inbox.deadLetters().list(Optional.empty(), 10).get(0).message().id();
      assertThat(inbox.deadLetters().redrive(poison, context -> {}))
          .contains(Inbox.Outcome.PROCESSED);
      town.execute("INSERT INTO inbox_message VALUES ('billing', '00-old', '2020-01-01')");
      assertThat(inbox.cleaner().clean()).isEqualTo(1);
      town.assertNobodyMayMore();
    }
  }

  /** What the relay has written: the destination, and a dead letter that is too long for it. */
  private static void operate(DataSource operator) {
    Destinations destinations = Destinations.of(operator);
    await().atMost(LONG).until(() -> !destinations.list().isEmpty());
    assertThat(destinations.pause("sqs:billing", "operator", "to look at it")).isTrue();
    assertThat(destinations.resume("sqs:billing", "operator")).isTrue();
    DeadLetters dead = DeadLetters.of(operator);
    await().atMost(LONG).until(() -> dead.list(Filter.all(), null, 10).size() == 1);
    assertThat(dead.discard(Filter.all(), "operator")).isEqualTo(1);
    await().atMost(LONG).until(() -> dead.count(Filter.all(), 10) == 0);
  }

  private static Relay relay(Town town, LocalAws aws) {
    return Relay.builder()
        .store(JdbcOutboxStore.of(town.as("relay")))
        .transport(AwsTransport.of(aws.sqsAsync(), aws.snsAsync()))
        .build();
  }

  private static SqsConsumer consumer(Inbox inbox, LocalAws aws) {
    return SqsConsumer.builder(aws.sqsAsync(), inbox)
        .queue("billing")
        .waitTime(Duration.ofSeconds(1))
        .deadLetters(2, inbox.deadLetters()::store)
        .backoff(Duration.ofSeconds(1), Duration.ofSeconds(1))
        .on(
            "T",
            (message, context) -> {
              if (message.payload().equals("poison")) {
                throw new IllegalStateException("always");
              }
              Town.execute(
                  context.connection(),
                  "INSERT INTO invoice (name) VALUES ('" + message.payload() + "')");
            })
        .build();
  }

  /** A database whose tables belong to who made them, and logins of their own for all others. */
  private static final class Town implements AutoCloseable {

    private static final String PASSWORD = "Word-1";

    private final TestDatabase database;
    private final List<HikariDataSource> pools = new ArrayList<>();

    Town(TestDatabase database) {
      this.database = database;
    }

    boolean isPostgres() {
      return database.kind() == DatabaseKind.POSTGRESQL;
    }

    void build() throws SQLException {
      OutboxSchema.migrate(database.dataSource());
      InboxSchema.migrate(database.dataSource());
      execute("CREATE TABLE invoice (name varchar(100) PRIMARY KEY)");
      for (String role : ROLES) {
        execute(
            isPostgres()
                ? "CREATE ROLE " + login(role) + " LOGIN PASSWORD '" + PASSWORD + "'"
                : "CREATE USER " + login(role) + " IDENTIFIED BY '" + PASSWORD + "'");
      }
      Database kind = Database.valueOf(database.kind().name());
      TableNames names = TableNames.DEFAULT.inSchema(database.name());
      OutboxSchema.Roles roles =
          new OutboxSchema.Roles(login("writer"), login("relay"), login("operator"));
      String grants =
          OutboxSchema.printGrants(kind, names, roles)
              + InboxSchema.printGrants(kind, names, login("consumer"))
              + "GRANT INSERT ON invoice TO "
              + login("consumer");
      for (String grant : grants.split(";\n", -1)) {
        execute(grant);
      }
    }

    /** Roles are the whole server's, so they bear the name of the database. */
    String login(String role) {
      return database.name() + "_" + role;
    }

    DataSource as(String role) {
      HikariDataSource pool = new HikariDataSource();
      pool.setJdbcUrl(
          database.jdbcUrl().replaceAll("[?&](user|password)=[^&]*", "").replaceFirst("&", "?"));
      pool.setUsername(login(role));
      pool.setPassword(PASSWORD);
      pool.setMaximumPoolSize(5);
      pools.add(pool);
      return pool;
    }

    void publish(String... payloads) throws SQLException {
      try (Connection connection = as("writer").getConnection()) {
        connection.setAutoCommit(false);
        for (String payload : payloads) {
          JdbcOutbox.create()
              .publish(connection, Message.to("sqs:billing").type("T").payload(payload).build());
        }
        connection.commit();
      }
    }

    void assertNobodyMayMore() {
      assertThatMayNot("writer", "SELECT seq FROM outbox_message");
      assertThatMayNot("writer", "SELECT message_id FROM inbox_message");
      assertThatMayNot(
          "relay", "INSERT INTO inbox_message (consumer, message_id) VALUES ('a', 'b')");
      assertThatMayNot("relay", "SELECT name FROM invoice");
      assertThatMayNot("relay", "SELECT act FROM outbox_operation");
      assertThatMayNot("operator", "SELECT seq FROM outbox_message");
      assertThatMayNot("operator", "DELETE FROM outbox_parked");
      assertThatMayNot("consumer", "SELECT seq FROM outbox_message");
      assertThatMayNot("consumer", "UPDATE inbox_message SET message_id = 'other'");
      assertThatMayNot("consumer", "DROP TABLE inbox_message");
    }

    private void assertThatMayNot(String role, String sql) {
      assertThatThrownBy(
              () -> {
                try (Connection connection = as(role).getConnection()) {
                  execute(connection, sql);
                }
              })
          .as("%s: %s", role, sql)
          .hasMessageMatching(DENIED);
    }

    void execute(String sql) throws SQLException {
      try (Connection connection = database.dataSource().getConnection()) {
        execute(connection, sql);
      }
    }

    static void execute(Connection connection, String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    /** As the owner: the first column. */
    List<String> rows(String sql) throws SQLException {
      try (Connection connection = database.dataSource().getConnection();
          Statement statement = connection.createStatement();
          ResultSet found = statement.executeQuery(sql)) {
        List<String> rows = new ArrayList<>();
        while (found.next()) {
          rows.add(found.getString(1));
        }
        return rows;
      }
    }

    /** Roles would outlive the database. */
    @Override
    public void close() throws SQLException {
      pools.forEach(HikariDataSource::close);
      for (String role : ROLES) {
        if (isPostgres()) {
          execute("DROP OWNED BY " + login(role));
        }
        execute("DROP " + (isPostgres() ? "ROLE " : "USER ") + login(role));
      }
    }
  }
}
