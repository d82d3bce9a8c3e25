package dev.mailroom.tests;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.testkit.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * A database with an outbox, SQS and SNS in a process of their own, relays in theirs, writers and
 * receivers in this one; and the tables that say what was written and what arrived.
 */
final class Town implements AutoCloseable {

  static final String MAIL = "mail";
  static final String NEWS = "news";
  static final String LEDGER = "ledger.fifo";

  final PostgresServer postgres = PostgresServer.start();
  final Path logs;
  final Child aws;
  final HikariDataSource dataSource = new HikariDataSource();
  final List<Child> relays = new ArrayList<>();
  private final String url;
  private final SqsClient sqs;
  private final List<Receiver> receivers = new ArrayList<>();

  Town() throws IOException, SQLException {
    logs = Files.createTempDirectory("mailroom-town");
    url = postgres.createDatabase("town");
    dataSource.setJdbcUrl(url);
    dataSource.setMaximumPoolSize(16);
    dataSource.setConnectionTimeout(2_000);
    OutboxSchema.migrate(dataSource);
    execute("CREATE TABLE sent (queue text, key text, n int, PRIMARY KEY (queue, key, n))");
    execute("CREATE TABLE received (no bigserial, queue text, key text, n int)");
    execute("CREATE INDEX ON received (queue, key, n)");
    aws = new Child(AwsMain.class, Map.of(), logs.resolve("aws.log"));
    sqs =
        SqsClient.builder()
            .endpointOverride(URI.create(aws.greeting))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("town", "town")))
            .build();
    createQueues();
  }

  private void createQueues() {
    sqs.createQueue(request -> request.queueName(MAIL));
    sqs.createQueue(request -> request.queueName(NEWS));
    sqs.createQueue(
        request ->
            request.queueName(LEDGER).attributes(Map.of(QueueAttributeName.FIFO_QUEUE, "true")));
    try (SnsClient sns =
        SnsClient.builder()
            .endpointOverride(URI.create(aws.greeting))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("town", "town")))
            .build()) {
      String topic = sns.createTopic(request -> request.name(NEWS)).topicArn();
      sns.subscribe(
          request ->
              request
                  .topicArn(topic)
                  .protocol("sqs")
                  .endpoint("arn:aws:sqs:us-east-1:000000000000:" + NEWS)
                  .attributes(Map.of("RawMessageDelivery", "true")));
    }
  }

  Child startRelay() throws IOException {
    Map<String, String> environment =
        Map.of(
            "AWS_ENDPOINT_URL",
            aws.greeting,
            "AWS_REGION",
            "us-east-1",
            "AWS_ACCESS_KEY_ID",
            "town",
            "AWS_SECRET_ACCESS_KEY",
            "town");
    Child relay =
        new Child(
            RelayMain.class, environment, logs.resolve("relay" + relays.size() + ".log"), url);
    relays.add(relay);
    return relay;
  }

  /** Receives from all queues until this is closed. */
  void receive() {
    for (String queue : List.of(MAIL, NEWS, LEDGER)) {
      String queueUrl = sqs.getQueueUrl(request -> request.queueName(queue)).queueUrl();
      receivers.add(new Receiver(sqs, queueUrl, queue, dataSource));
    }
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  long count(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql)) {
      results.next();
      return results.getLong(1);
    }
  }

  /** Messages that were committed and have not arrived yet. */
  long missing() throws SQLException {
    return count("SELECT count(*) FROM sent s WHERE NOT EXISTS (" + ARRIVED + ")");
  }

  private static final String ARRIVED =
      "SELECT FROM received r WHERE r.queue = s.queue AND r.key = s.key AND r.n = s.n";

  /** What came of it, from the tables alone. */
  Outcome audit() throws SQLException {
    return new Outcome(
        count("SELECT count(*) FROM sent"),
        missing(),
        count(
            "SELECT count(*) FROM (SELECT DISTINCT queue, key, n FROM received"
                + " EXCEPT SELECT queue, key, n FROM sent) i"),
        count(
            """
            SELECT count(*) FROM (
              SELECT n, max(n) OVER (PARTITION BY key ORDER BY first
                                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
              FROM (SELECT key, n, min(no) AS first FROM received WHERE queue = 'ledger.fifo'
                    GROUP BY key, n) f) o
            WHERE n < before
            """),
        count(
            "SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT queue, key, n FROM received) d)"
                + " FROM received"));
  }

  /** Figures of an audit. */
  record Outcome(long messages, long lost, long invented, long orderViolations, long duplicates) {

    boolean isKept() {
      return lost == 0 && invented == 0 && orderViolations == 0;
    }
  }

  @Override
  public void close() {
    receivers.forEach(Receiver::close);
    relays.forEach(Child::close);
    sqs.close();
    aws.close();
    dataSource.close();
    postgres.close();
  }
}
