package dev.mailroom.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Relay;
import dev.mailroom.testkit.database.DatabaseKind;
import dev.mailroom.testkit.database.DatabaseSetUp;
import dev.mailroom.testkit.database.TestDatabase;
import dev.mailroom.testkit.database.WithDatabase;
import dev.mailroom.tests.town.WillingTransport;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who writes an outbox message needs neither Java nor this library: six columns of a row, in the
 * transaction of the business data, are the contract.
 */
class ForeignWriterIT {

  private static final String ID = "01939f6e-7d6a-7c3e-9d3c-0242ac120002";

  /** As docs/databases.md shows it. */
  private static final String COMMITTED = shown("Any database");

  private static final String ROLLED_BACK = COMMITTED.replace(ID, ID.replaceAll("2$", "1"));

  private static final String SCRIPT =
      "BEGIN;\n" + ROLLED_BACK + "ROLLBACK;\nBEGIN;\n" + COMMITTED + "COMMIT;\n";

  @TempDir private Path directory;

  @Test
  void psql() throws Exception {
    assumeInstalled("psql", "postgresql-client");
    try (TestDatabase database = withOutbox(DatabaseKind.POSTGRESQL)) {
      String uri =
          database
              .jdbcUrl()
              .substring("jdbc:".length())
              .replace("currentSchema=", "options=-csearch_path%3D");
      run(Map.of("PGCLIENTENCODING", "UTF8"), "psql", "-q", "-v", "ON_ERROR_STOP=1", uri);
      assertDelivered(database);
    }
  }

  @Test
  void mariadbClient() throws Exception {
    assumeInstalled("mariadb", "mariadb-client");
    try (TestDatabase database = withOutbox(DatabaseKind.MARIADB)) {
      URI server = URI.create(database.jdbcUrl().substring("jdbc:".length()));
      Map<String, String> login = login(server);
      run(
          Map.of("MYSQL_PWD", login.getOrDefault("password", "")),
          "mariadb",
          "--no-defaults",
          "--default-character-set=utf8mb4",
          "--protocol=tcp",
          "--host=" + server.getHost(),
          "--port=" + server.getPort(),
          "--user=" + login.get("user"),
          database.name());
      assertDelivered(database);
    }
  }

  /** Literals, as a driver of a language without prepared statements would send them. */
  @Test
  void plainStatementsOnPostgreSql() throws Exception {
    try (TestDatabase database = withOutbox(DatabaseKind.POSTGRESQL)) {
      write(database.dataSource().getConnection());
      assertDelivered(database);
    }
  }

  @Test
  void anotherDriverOnMariaDb() throws Exception {
    try (TestDatabase database = withOutbox(DatabaseKind.MARIADB)) {
      write(
          DriverManager.getConnection(database.jdbcUrl().replace("jdbc:mariadb:", "jdbc:mysql:")));
      assertDelivered(database);
    }
  }

  @ParameterizedTest
  @CsvSource({"POSTGRESQL, PostgreSQL", "MARIADB, 'MariaDB, MySQL'", "H2, H2"})
  void aScheduledMessageOfTheDocsWaits(DatabaseKind kind, String heading) throws SQLException {
    try (TestDatabase database = withOutbox(kind)) {
      assertWaits(database, shown(heading));
    }
  }

  private static void assertWaits(TestDatabase database, String insert) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(insert);
      try (ResultSet row =
          statement.executeQuery("SELECT state, partition_no FROM outbox_parked")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getString("state")).isEqualTo("SCHEDULED");
        assertThat(row.getInt("partition_no")).isBetween(0, 15);
        assertThat(row.next()).isFalse();
      }
    }
  }

  @Test
  void plainStatementsOnH2() throws Exception {
    try (TestDatabase database = withOutbox(DatabaseKind.H2)) {
      write(database.dataSource().getConnection());
      assertDelivered(database);
    }
  }

  /** Where there is one. */
  @Nested
  @WithDatabase(value = DatabaseKind.MYSQL, setUp = Tables.class)
  class OnMySql {

    @Test
    void plainStatements(TestDatabase database) throws Exception {
      write(database.dataSource().getConnection());
      assertDelivered(database);
    }

    @Test
    void aScheduledMessageOfTheDocsWaits(TestDatabase database) throws SQLException {
      assertWaits(database, shown("MariaDB, MySQL"));
    }
  }

  static final class Tables implements DatabaseSetUp {
    @Override
    public void setUp(DataSource dataSource) {
      OutboxSchema.migrate(dataSource);
    }
  }

  /** The statement of the docs below a comment. */
  private static String shown(String heading) {
    String docs = read(Path.of("../docs/databases.md"));
    Matcher block =
        Pattern.compile("```sql\n-- " + Pattern.quote(heading) + "\n(.*?)```", Pattern.DOTALL)
            .matcher(docs);
    assertThat(block.find()).as(heading).isTrue();
    return block.group(1);
  }

  private static TestDatabase withOutbox(DatabaseKind kind) {
    TestDatabase database = TestDatabase.create(kind);
    OutboxSchema.migrate(database.dataSource());
    return database;
  }

  private static void write(Connection opened) throws SQLException {
    try (Connection connection = opened;
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(ROLLED_BACK);
      connection.rollback();
      statement.execute(COMMITTED);
      connection.commit();
    }
  }

  private static void assertDelivered(TestDatabase database) {
    Queue<Message> received = new ConcurrentLinkedQueue<>();
    WillingTransport transport =
        new WillingTransport() {
          @Override
          protected Result take(OutboxEntry entry) {
            received.add(entry.message());
            return new Result.Accepted();
          }
        };
    try (Relay relay =
        Relay.builder()
            .store(JdbcOutboxStore.of(database.dataSource()))
            .transport(transport)
            .build()) {
      relay.start();
      await().atMost(Duration.ofMinutes(1)).until(() -> !received.isEmpty());
    }
    assertThat(received)
        .singleElement()
        .satisfies(
            message -> {
              assertThat(message.id()).hasToString(ID);
              assertThat(message.destination()).isEqualTo("orders");
              assertThat(message.key()).contains("order-1");
              assertThat(message.type()).isEqualTo("OrderPlaced");
              assertThat(message.payload()).isEqualTo("It's größer 🚀  ");
              assertThat(message.headers().text("tenant")).contains("blue");
            });
  }

  private static void assumeInstalled(String client, String debianPackage) {
    boolean installed =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, client)));
    assumeTrue(installed, client + " is not installed (Debian: " + debianPackage + ")");
  }

  private static Map<String, String> login(URI server) {
    return Arrays.stream(server.getQuery().split("&", -1))
        .map(pair -> pair.split("=", 2))
        .collect(toMap(pair -> pair[0], pair -> pair[1]));
  }

  private void run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    Path script = Files.writeString(directory.resolve("script.sql"), SCRIPT, UTF_8);
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(List.of(command))
            .redirectInput(script.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process client = builder.start();
    assertThat(client.waitFor(1, TimeUnit.MINUTES)).as("it ends").isTrue();
    assertThat(client.exitValue()).as(() -> read(output)).isZero();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
