package dev.mailroom.tests;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.inbox.sqs.SqsConsumer;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.Relay;
import dev.mailroom.relay.RelayListener;
import dev.mailroom.relay.aws.AwsTransport;
import dev.mailroom.testkit.PostgresServer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/** A fresh database with an outbox and an inbox, and what works on it; all closed with it. */
final class Station implements AutoCloseable {

  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static PostgresServer postgres;

  final HikariDataSource dataSource;
  final JdbcOutbox outbox = JdbcOutbox.builder().maxBytes(1_048_576).build();
  final List<ReceivedMessage> received = new CopyOnWriteArrayList<>();
  final List<String> closedGates = new CopyOnWriteArrayList<>();

  /** How often a relay has asked who writes, and had an answer. */
  final AtomicInteger samples = new AtomicInteger();

  private final SqsAsyncClient sqs;
  private final SnsAsyncClient sns;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  Station(SqsAsyncClient sqs, SnsAsyncClient sns) {
    this(sqs, sns, server());
  }

  Station(SqsAsyncClient sqs, SnsAsyncClient sns, PostgresServer server) {
    this.sqs = sqs;
    this.sns = sns;
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(server.createDatabase("station_" + NUMBER.incrementAndGet()));
    config.setMaximumPoolSize(16);
    config.setConnectionTimeout(2_000);
    dataSource = new HikariDataSource(config);
    OutboxSchema.migrate(dataSource);
    InboxSchema.migrate(dataSource);
  }

  /** One server for all tests of this JVM. */
  private static synchronized PostgresServer server() {
    if (postgres == null) {
      postgres = PostgresServer.start();
      Runtime.getRuntime().addShutdownHook(new Thread(postgres::close));
    }
    return postgres;
  }

  void publish(Message... messages) throws SQLException {
    try (Connection connection = begin()) {
      outbox.publishAll(connection, List.of(messages));
      connection.commit();
    }
  }

  Connection begin() throws SQLException {
    Connection connection = dataSource.getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  Relay relay() {
    AwsTransport transport =
        AwsTransport.builder(sqs, sns)
            .probing(Duration.ofMillis(50), Duration.ofMillis(500))
            .build();
    Relay relay =
        Relay.builder()
            .store(counting(JdbcOutboxStore.of(dataSource)))
            .transport(transport)
            .backoff(Duration.ofMillis(20), Duration.ofMillis(500))
            .listener(new Gates())
            .build();
    open.push(transport);
    open.push(relay);
    relay.start();
    return relay;
  }

  private OutboxStore counting(OutboxStore store) {
    return (OutboxStore)
        Proxy.newProxyInstance(
            OutboxStore.class.getClassLoader(),
            new Class<?>[] {OutboxStore.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(store, arguments);
                if (method.getName().equals("view")) {
                  return counting((OutboxStore) result);
                }
                if (method.getName().equals("openWriters")) {
                  samples.incrementAndGet();
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Takes what comes, each message by the inbox. */
  SqsConsumer consume(String queue) {
    return consume(queue, (message, context) -> received.add(message));
  }

  SqsConsumer consume(String queue, SqsConsumer.Handler handler) {
    SqsConsumer consumer =
        SqsConsumer.builder(sqs, Inbox.of(dataSource, queue))
            .queue(queue)
            .waitTime(Duration.ofSeconds(1))
            .visibility(Duration.ofSeconds(5))
            .backoff(Duration.ofMillis(100), Duration.ofSeconds(1))
            .onAny(handler)
            .build();
    open.push(consumer);
    consumer.start();
    return consumer;
  }

  long count(String query) throws SQLException {
    return Long.parseLong(column(query).get(0));
  }

  List<String> column(String query) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private final class Gates implements RelayListener {
    @Override
    public void gate(String destination, DestinationGate.State state, String reason) {
      if (state == DestinationGate.State.CLOSED) {
        closedGates.add(destination);
      }
    }
  }

  @Override
  public void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    dataSource.close();
  }
}
