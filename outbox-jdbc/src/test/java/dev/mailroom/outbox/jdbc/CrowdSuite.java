package dev.mailroom.outbox.jdbc;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.outbox.Message;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many writers at once, and the relays that read what they leave. */
@Timeout(180)
abstract class CrowdSuite {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int WRITERS = 100;
  private static final int KEYS = 20;
  private static final int TRANSACTIONS = 4;

  private final TestServer server;
  private final JdbcOutbox outbox = JdbcOutbox.create();
  private final List<Object> turns = Stream.generate(Object::new).limit(KEYS).toList();
  private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
  private TestDatabase database;
  private TwoRelays relays;

  /** What was committed, by key and in the order of the commits; the key's turn guards a list. */
  private final Map<String, List<String>> committed = new ConcurrentHashMap<>();

  CrowdSuite(Database kind) {
    server = TestServer.of(kind);
  }

  @BeforeEach
  void start() {
    database = server.withOutbox();
    relays = new TwoRelays(database);
    relays.start();
  }

  @AfterEach
  void close() throws Exception {
    threads.shutdownNow();
    relays.close();
    database.close();
  }

  private static Message message(String key, String payload) {
    return Message.to("ledger.fifo").type("T").key(key).payload(payload).build();
  }

  @Test
  void whatIsCommittedIsFoundOnceAndInTheOrderOfItsKey() throws Exception {
    List<Callable<Void>> writers =
        IntStream.range(0, WRITERS).mapToObj(i -> (Callable<Void>) () -> write(i)).toList();
    for (Future<Void> writer : threads.invokeAll(writers)) {
      writer.get();
    }
    int all = committed.values().stream().mapToInt(List::size).sum();
    await().atMost(LONG).until(() -> relays.broker.accepted().size() >= all);
    await().atMost(LONG).until(() -> database.query("SELECT 1 FROM outbox_message").isEmpty());
    assertThat(acceptedByKey()).isEqualTo(committed);
  }

  private Map<String, List<String>> acceptedByKey() {
    return relays.broker.accepted().stream()
        .collect(
            groupingBy(
                message -> message.key().orElseThrow(), mapping(Message::payload, toList())));
  }

  /** Every third transaction rolls back, and some of the others commit late. */
  private Void write(int writer) throws SQLException {
    String key = "k" + writer % KEYS;
    try (Connection connection = database.unpooled().getConnection()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < TRANSACTIONS; i++) {
        String name = writer + "." + i;
        outbox.publish(connection, message("alone-" + name, name));
        synchronized (turns.get(writer % KEYS)) {
          outbox.publishAll(connection, List.of(message(key, name + " a"), message(key, name)));
          end(connection, key, name, (writer + i) % 3 == 0);
        }
      }
    }
    return null;
  }

  private void end(Connection connection, String key, String name, boolean undone)
      throws SQLException {
    if (undone) {
      connection.rollback();
      return;
    }
    if (Math.floorMod(name.hashCode(), 10) == 0) {
      letOthersPass(name);
    }
    connection.commit();
    committed.computeIfAbsent(key, any -> new ArrayList<>()).addAll(List.of(name + " a", name));
    committed.put("alone-" + name, List.of(name));
  }

  /** Until the relays have sent later rows of every lane, and would have moved their marks. */
  private void letOthersPass(String name) throws SQLException {
    List<Message> later = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      later.add(message("passing-" + name + "-" + i, "later"));
    }
    try (Connection connection = database.unpooled().getConnection()) {
      connection.setAutoCommit(false);
      outbox.publishAll(connection, later);
      connection.commit();
    }
    later.forEach(message -> committed.put(message.key().orElseThrow(), List.of("later")));
    await().atMost(LONG).until(() -> relays.broker.accepted().containsAll(later));
    relays.awaitSamples(3);
  }

  /** The rows of who loses go with the transaction; the other's are sent. */
  @Test
  void theVictimOfADeadlockPublishesNothing() throws Exception {
    database.execute("CREATE TABLE account (id int PRIMARY KEY, amount int)");
    database.execute("INSERT INTO account VALUES (1, 0)");
    database.execute("INSERT INTO account VALUES (2, 0)");
    try (Connection one = database.begin();
        Connection two = database.begin()) {
      deposit(one, 1);
      deposit(two, 2);
      outbox.publish(one, message("k1", "one"));
      outbox.publish(two, message("k2", "two"));
      Future<Boolean> first = threads.submit(() -> commits(one, 2));
      await().atMost(LONG).until(() -> server.waiting(database) == 1);
      boolean second = commits(two, 1);
      assertThat(first.get()).isNotEqualTo(second);
      assertThat(amounts()).containsExactly("1", "1");
      await().atMost(LONG).until(() -> !relays.broker.accepted().isEmpty());
      relays.awaitSamples(3);
      assertThat(relays.broker.accepted())
          .extracting(Message::payload)
          .containsExactly(second ? "two" : "one");
    }
  }

  private List<String> amounts() {
    return database.query("SELECT amount FROM account ORDER BY id");
  }

  private static void deposit(Connection connection, int account) throws SQLException {
    TestDatabase.execute(
        connection, "UPDATE account SET amount = amount + 1 WHERE id = " + account);
  }

  /** Whether the transaction gets the second account, too. */
  private static boolean commits(Connection connection, int account) throws SQLException {
    try {
      deposit(connection, account);
      connection.commit();
      return true;
    } catch (SQLException e) {
      connection.rollback();
      return false;
    }
  }
}
