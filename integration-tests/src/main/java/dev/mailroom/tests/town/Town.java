package dev.mailroom.tests.town;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * A database with an outbox, SQS and SNS in a process of their own, and relays in theirs. What
 * writes, receives and judges is built on it.
 */
public final class Town implements AutoCloseable {

  private static final String FIFO = ".fifo";

  private final Patience patience;
  private final DatabaseServer server;
  private final Belongings belongings = new Belongings();
  private final HikariDataSource dataSource = new HikariDataSource();
  private final Path logs;
  private final Child aws;
  private final SqsClient sqs;
  private final List<Child> relays = new ArrayList<>();
  private int launched;

  /**
   * Builds it, with all tables and without a queue or relay.
   *
   * @param database the name of its brand, as {@code --database} has it
   * @param patience of its relays
   * @param broker arguments of {@link AwsMain}
   */
  public Town(String database, Patience patience, String... broker)
      throws IOException, SQLException {
    this.patience = patience;
    try {
      logs = belongings.directory("mailroom-town");
      aws = belongings.own(new Child(AwsMain.class, Map.of(), logs.resolve("aws.log"), broker));
      server = belongings.own(DatabaseServer.start(database));
      server.requireDurability();
      belongings.own(dataSource);
      dataSource.setJdbcUrl(server.jdbcUrl());
      dataSource.setMaximumPoolSize(24);
      dataSource.setConnectionTimeout(2_000);
      OutboxSchema.migrate(dataSource);
      for (String table : server.auditTables()) {
        execute(table);
      }
      sqs = belongings.own(aim(SqsClient.builder()).build());
    } catch (IOException | SQLException | RuntimeException e) {
      belongings.close();
      throw e;
    }
  }

  private <B extends AwsClientBuilder<B, ?>> B aim(B builder) throws IOException {
    return builder
        .endpointOverride(URI.create(aws.greeting()))
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("town", "town")));
  }

  /** Makes a queue, FIFO if its name says so. */
  public void createQueue(String name) {
    Map<QueueAttributeName, String> attributes =
        name.endsWith(FIFO) ? Map.of(QueueAttributeName.FIFO_QUEUE, "true") : Map.of();
    sqs.createQueue(request -> request.queueName(name).attributes(attributes));
  }

  /** Makes a topic, and a queue of the same name that gets what is published, as it is. */
  public void createTopic(String name) throws IOException {
    createQueue(name);
    Map<String, String> attributes = name.endsWith(FIFO) ? Map.of("FifoTopic", "true") : Map.of();
    try (SnsClient sns = aim(SnsClient.builder()).build()) {
      String topic =
          sns.createTopic(request -> request.name(name).attributes(attributes)).topicArn();
      sns.subscribe(
          request ->
              request
                  .topicArn(topic)
                  .protocol("sqs")
                  .endpoint("arn:aws:sqs:us-east-1:000000000000:" + name)
                  .attributes(Map.of("RawMessageDelivery", "true")));
    }
  }

  /** Starts relays at once, and returns when all have begun. */
  public void startRelays(int number) throws IOException {
    List<Child> started = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      started.add(launch(RelayMain.class, "relay", server.jdbcUrl(), patience.name()));
    }
    for (Child relay : started) {
      relay.greeting();
    }
    relays.addAll(started);
  }

  /** Starts a process that knows where SQS and SNS are. It ends with this at the latest. */
  public Child launch(Class<?> program, String name, String... arguments) throws IOException {
    Map<String, String> environment =
        Map.of(
            "AWS_ENDPOINT_URL", aws.greeting(),
            "AWS_REGION", "us-east-1",
            "AWS_ACCESS_KEY_ID", "town",
            "AWS_SECRET_ACCESS_KEY", "town");
    Path log = logs.resolve(name + "-" + launched++ + ".log");
    return belongings.own(new Child(program, environment, log, arguments));
  }

  /** The relays that were started; a proof takes out those that it ends. */
  public List<Child> relays() {
    return relays;
  }

  /** How many entries the relays that live have sent without an answer in time. */
  public long unanswered() throws IOException {
    long sum = 0;
    for (Child relay : relays) {
      sum += Long.parseLong(relay.tell("unanswered"));
    }
    return sum;
  }

  /** SQS and SNS; {@link AwsMain} tells what it obeys. */
  public Child aws() {
    return aws;
  }

  /** A client for SQS. */
  public SqsClient sqs() {
    return sqs;
  }

  /** Where the database is. */
  public String url() {
    return server.jdbcUrl();
  }

  /** A pool of connections. */
  public DataSource dataSource() {
    return dataSource;
  }

  /** As {@link DatabaseServer#mayForgetMillis}. */
  public long mayForgetMillis() {
    return server.mayForgetMillis();
  }

  /** Kills the database as a power cut does. */
  public void crashDatabase() {
    server.crash();
  }

  /** Shuts the database down. */
  public void stopDatabase() {
    server.stop();
  }

  /** Starts it after one of these. */
  public void startDatabase() {
    server.startAgain();
  }

  /**
   * Cuts half of the connections to the database, by chance; returns how many those were. Where
   * there is none, as just after a restart, it waits for some.
   */
  public long cutConnections() throws SQLException, InterruptedException {
    for (int tries = 0; tries < 100; tries++) {
      long cut = countInTheEnd(server.cutHalfOfTheConnections());
      if (cut > 0) {
        return cut;
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException("Nobody is connected to the database");
  }

  /** As {@link #count}, but tries again while the database cannot be reached. */
  public long countInTheEnd(String sql) throws SQLException {
    return list(sql, row -> row.getLong(1)).get(0);
  }

  /** What becomes of a row. */
  public interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** All rows of a query; tries again while the database cannot be reached. */
  public <T> List<T> list(String sql, Row<T> reader) throws SQLException {
    for (int failures = 0; ; failures++) {
      try (Connection connection = dataSource.getConnection();
          Statement statement = connection.createStatement();
          ResultSet results = statement.executeQuery(sql)) {
        List<T> rows = new ArrayList<>();
        while (results.next()) {
          rows.add(reader.read(results));
        }
        return rows;
      } catch (SQLException e) {
        if (failures == 20) {
          throw e;
        }
      }
    }
  }

  /** The transactions that have ended in the database since its start. */
  public long transactions() throws SQLException {
    return count(server.transactions());
  }

  /** Executes one statement. */
  public void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The number that a query has as its only result. */
  public long count(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql)) {
      results.next();
      return results.getLong(1);
    }
  }

  @Override
  public void close() {
    belongings.close();
  }
}
