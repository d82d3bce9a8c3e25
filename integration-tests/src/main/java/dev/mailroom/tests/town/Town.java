package dev.mailroom.tests.town;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
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

  private final DatabaseServer server;
  private final HikariDataSource dataSource = new HikariDataSource();
  private final Path logs;
  private final Child aws;
  private final SqsClient sqs;
  private final List<Child> relays = new ArrayList<>();
  private int started;

  /**
   * Builds it, with all tables and without a queue or relay.
   *
   * @param database the name of its brand, as {@code --database} has it
   */
  public Town(String database) throws IOException, SQLException {
    logs = Files.createTempDirectory("mailroom-town");
    server = DatabaseServer.start(database);
    server.requireDurability();
    dataSource.setJdbcUrl(server.jdbcUrl());
    dataSource.setMaximumPoolSize(24);
    dataSource.setConnectionTimeout(2_000);
    OutboxSchema.migrate(dataSource);
    for (String table : server.auditTables()) {
      execute(table);
    }
    aws = new Child(AwsMain.class, Map.of(), logs.resolve("aws.log"));
    sqs = aim(SqsClient.builder()).build();
  }

  private <B extends AwsClientBuilder<B, ?>> B aim(B builder) {
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
  public void createTopic(String name) {
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

  /** Starts a relay, and returns when it has begun. */
  public Child startRelay() throws IOException {
    Child relay = start(RelayMain.class);
    relays.add(relay);
    return relay;
  }

  /** Starts a program that knows the broker, and gets the database's URL before its arguments. */
  public Child start(Class<?> program, String... arguments) throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("AWS_ENDPOINT_URL", aws.greeting());
    environment.put("AWS_REGION", "us-east-1");
    environment.put("AWS_ACCESS_KEY_ID", "town");
    environment.put("AWS_SECRET_ACCESS_KEY", "town");
    Path log = logs.resolve(program.getSimpleName() + started++ + ".log");
    List<String> all = new ArrayList<>(List.of(server.jdbcUrl()));
    all.addAll(List.of(arguments));
    return new Child(program, environment, log, all.toArray(String[]::new));
  }

  /**
   * The relays that were started and neither stopped nor killed, as far as a proof removes them.
   */
  public List<Child> relays() {
    return relays;
  }

  /** SQS and SNS; {@link AwsMain} tells what it obeys. */
  public Child aws() {
    return aws;
  }

  /** A client for SQS. */
  public SqsClient sqs() {
    return sqs;
  }

  /** A pool of connections. */
  public DataSource dataSource() {
    return dataSource;
  }

  DatabaseServer server() {
    return server;
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

  /** Cuts half of the connections to the database, by chance. */
  public void cutConnections() {
    try {
      execute(server.cutHalfOfTheConnections());
    } catch (SQLException e) {
      // The pool gave a connection that was cut before.
    }
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
    relays.forEach(Child::close);
    sqs.close();
    aws.close();
    dataSource.close();
    server.close();
  }
}
