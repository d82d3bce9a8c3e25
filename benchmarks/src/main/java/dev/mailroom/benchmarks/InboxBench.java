package dev.mailroom.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.Inbox.Result;
import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.testkit.LocalAws;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** What the inbox costs, beside the handler's write alone and beside what teams write by hand. */
final class InboxBench {

  static final String PLAIN = "plain";
  static final String FLOOR = "floor";
  static final String PER_MESSAGE = "per_message";
  static final String BATCH = "batch";
  static final String USUAL = "usual";

  private static final int BATCH_SIZE = 10;
  private static final String CLAIM =
      """
      INSERT INTO inbox_message (consumer, message_id) VALUES ('floor', ?) ON CONFLICT DO NOTHING
      """;

  private final HikariDataSource pool;
  private final SqsClient sqs;
  private final String queueUrl;
  private final Inbox inbox;

  InboxBench(HikariDataSource pool, LocalAws aws) throws SQLException {
    this.pool = pool;
    this.sqs = aws.sqs();
    this.queueUrl = aws.createQueue("bench");
    this.inbox = Inbox.of(pool, "bench");
    InboxSchema.migrate(pool);
    execute("CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY, name text NOT NULL)");
    execute("CREATE TABLE processed (message_id text PRIMARY KEY)");
  }

  Map<String, Rounds.Candidate> candidates() {
    Map<String, Rounds.Candidate> candidates = new LinkedHashMap<>();
    candidates.put(PLAIN, messages -> () -> times(messages, this::plain));
    candidates.put(FLOOR, messages -> () -> times(messages, this::floor));
    candidates.put(PER_MESSAGE, messages -> () -> times(messages, this::perMessage));
    candidates.put(BATCH, this::batches);
    candidates.put(USUAL, this::usual);
    return candidates;
  }

  /** The handler's write and its commit, and nothing that would know a message again. */
  private void plain() throws SQLException {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      write(connection);
      connection.commit();
    }
  }

  /**
   * The least that an inbox can do: one row more, before the write, in a round trip of its own
   * because the handler must not run if it is there. No timeout for locks, no look at whether the
   * handler has ended the transaction.
   */
  private void floor() throws SQLException {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      if (isNew(connection, Uuid7.next())) {
        write(connection);
      }
      connection.commit();
    }
  }

  private static boolean isNew(Connection connection, String id) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(CLAIM)) {
      insert.setString(1, id);
      return insert.executeUpdate() == 1;
    }
  }

  private void perMessage() throws SQLException {
    inbox.process(message(), context -> write(context.connection()));
  }

  private Callable<?> batches(int messages) {
    List<List<Message>> received =
        IntStream.range(0, messages / BATCH_SIZE).mapToObj(i -> receive()).toList();
    return () -> {
      for (List<Message> batch : received) {
        batch(batch);
      }
      return null;
    };
  }

  private void batch(List<Message> batch) {
    List<Result> results =
        inbox.processAll(
            batch.stream().map(each -> message()).toList(), context -> write(context.connection()));
    if (!results.stream().allMatch(Result::isDone)) {
      throw new IllegalStateException("not all took effect: " + results);
    }
    sqs.deleteMessageBatch(
        request ->
            request
                .queueUrl(queueUrl)
                .entries(
                    IntStream.range(0, batch.size())
                        .mapToObj(
                            i ->
                                software.amazon.awssdk.services.sqs.model
                                    .DeleteMessageBatchRequestEntry.builder()
                                    .id("e" + i)
                                    .receiptHandle(batch.get(i).receiptHandle())
                                    .build())
                        .toList()));
  }

  private Callable<?> usual(int messages) {
    List<Message> received = new ArrayList<>();
    while (received.size() < messages) {
      received.addAll(receive());
    }
    return () -> {
      for (Message message : received) {
        usual(message);
      }
      return null;
    };
  }

  private void usual(Message message) throws SQLException {
    String id = UUID.randomUUID().toString();
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      if (!isKnown(connection, id)) {
        try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO processed (message_id) VALUES (?)")) {
          insert.setString(1, id);
          insert.executeUpdate();
        }
        write(connection);
      }
      connection.commit();
    }
    sqs.deleteMessage(r -> r.queueUrl(queueUrl).receiptHandle(message.receiptHandle()));
  }

  private static boolean isKnown(Connection connection, String id) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT 1 FROM processed WHERE message_id = ?")) {
      select.setString(1, id);
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  private static void write(Connection connection) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO effect (name) VALUES (?)")) {
      insert.setString(1, "what the handler writes");
      insert.executeUpdate();
    }
  }

  /** Ten messages that were sent and received before the clock runs. */
  private List<Message> receive() {
    sqs.sendMessageBatch(
        request ->
            request
                .queueUrl(queueUrl)
                .entries(
                    IntStream.range(0, BATCH_SIZE)
                        .mapToObj(
                            i ->
                                software.amazon.awssdk.services.sqs.model
                                    .SendMessageBatchRequestEntry.builder()
                                    .id("e" + i)
                                    .messageBody("{}")
                                    .build())
                        .toList()));
    List<Message> received = new ArrayList<>();
    while (received.size() < BATCH_SIZE) {
      received.addAll(
          sqs.receiveMessage(
                  r -> r.queueUrl(queueUrl).maxNumberOfMessages(10).visibilityTimeout(3600))
              .messages());
    }
    return received;
  }

  private static ReceivedMessage message() {
    return ReceivedMessage.of(Uuid7.next(), "{}");
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  private static Object times(int messages, Step step) throws Exception {
    for (int i = 0; i < messages; i++) {
      step.run();
    }
    return messages;
  }
}
