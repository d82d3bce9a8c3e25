package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.testkit.StoreUnderTest.ForeignRow;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class WriterSuite {

  private static final String PAYLOADS = "SELECT payload FROM outbox_message ORDER BY seq";

  private static final String PARKED = "SELECT payload FROM outbox_parked ORDER BY seq";
  private static final String OF_THE_KEY =
      "SELECT payload FROM outbox_message WHERE destination = 'orders' AND message_key = 'o-1'"
          + " ORDER BY seq";

  private final TestServer server;

  private final JdbcOutbox outbox = JdbcOutbox.create();
  private TestDatabase database;
  private Connection connection;

  WriterSuite(Database kind) {
    server = TestServer.of(kind);
  }

  @BeforeEach
  void begin() throws SQLException {
    database = server.withOutbox();
    connection = database.begin();
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    database.close();
  }

  private static Message message(String payload) {
    return Message.to("orders").type("OrderPlaced").key("o-1").payload(payload).build();
  }

  private static List<Message> messages(int count) {
    return IntStream.range(0, count).mapToObj(i -> message("no " + i)).toList();
  }

  /** A message that brokers count as so many bytes. */
  private static Message ofSize(int bytes) {
    return message("x".repeat(bytes - WireFormat.size(message("x")) + 1));
  }

  @Test
  void aCommitPublishesAndARollbackDoesNot() throws SQLException {
    outbox.publish(connection, message("kept"));
    assertThat(database.query(PAYLOADS)).isEmpty();
    connection.commit();
    outbox.publish(connection, message("undone"));
    outbox.publishAll(connection, messages(3));
    connection.rollback();
    assertThat(database.query(PAYLOADS)).containsExactly("kept");
  }

  @Test
  void aSavepointTakesBackWhatCameAfterIt() throws SQLException {
    outbox.publish(connection, message("before"));
    Savepoint savepoint = connection.setSavepoint();
    outbox.publishAll(connection, messages(3));
    connection.rollback(savepoint);
    outbox.publish(connection, message("after"));
    connection.commit();
    assertThat(database.query(PAYLOADS)).containsExactly("before", "after");
  }

  @Test
  void manyMessagesAreOneStatementInTheirOrder() throws SQLException {
    IntSupplier inserts = server.inserts(database, connection);
    int before = inserts.getAsInt();
    List<Message> messages =
        IntStream.range(0, 1_000)
            .mapToObj(
                i ->
                    Message.to("d" + (i * 7) % 13)
                        .type("T")
                        .key((i * 31) % 17 == 0 ? null : "k" + (i * 31) % 17)
                        .header("i", i)
                        .payload("no " + i)
                        .build())
            .toList();
    outbox.publishAll(connection, messages);
    connection.commit();
    assertThat(inserts.getAsInt()).isEqualTo(before + 1);
    assertThat(database.query("SELECT message_id FROM outbox_message ORDER BY seq"))
        .isEqualTo(messages.stream().map(message -> message.id().toString()).toList());

    outbox.publishAll(connection, List.of());
    connection.commit();
    assertThat(inserts.getAsInt()).as("nothing to do").isEqualTo(before + 1);
  }

  @Test
  void refusesAutoCommit() throws SQLException {
    connection.setAutoCommit(true);
    assertThatThrownBy(() -> outbox.publish(connection, message("x")))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("auto-commit")
        .hasMessageContaining("Pass the connection on which the business data is written")
        .hasMessageContaining("setAutoCommit(false)");
    assertThat(database.query(PAYLOADS)).isEmpty();
  }

  @Test
  void refusesAReadOnlyConnection() throws SQLException {
    connection.setReadOnly(true);
    assertThatThrownBy(() -> outbox.publishAll(connection, messages(2)))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("read-only")
        .hasMessageContaining("Pass the connection on which the business data is written")
        .hasMessageContaining("setReadOnly(false)");
    connection.rollback();
    connection.setReadOnly(false);
  }

  @Test
  void takesMessagesUpToTheBound() throws SQLException {
    outbox.publish(connection, ofSize(JdbcOutbox.DEFAULT_MAX_BYTES));
    connection.commit();
    Message tooLarge = ofSize(JdbcOutbox.DEFAULT_MAX_BYTES + 1);
    assertThatThrownBy(() -> outbox.publishAll(connection, List.of(message("x"), tooLarge)))
        .isInstanceOf(InvalidMessage.class)
        .hasMessageStartingWith("payload with its attributes has 262145 bytes, above the 262144")
        .hasMessageContaining("'orders'")
        .hasMessageContaining("JdbcOutbox.Builder.maxBytes")
        .hasMessageNotContaining("xx");
    connection.commit();
    assertThat(database.query(PAYLOADS)).as("all or none").hasSize(1);
  }

  @Test
  void aDestinationMayHaveABoundOfItsOwn() throws SQLException {
    JdbcOutbox raised = JdbcOutbox.builder().maxBytes(1024).maxBytes("orders", 1_048_576).build();
    Message most = ofSize(1_048_576);
    raised.publish(connection, most);
    connection.commit();
    assertThat(database.query(PAYLOADS)).containsExactly(most.payload());
    assertThatThrownBy(() -> raised.publish(connection, ofSize(1_048_577)))
        .hasMessageContaining("1048577 bytes, above the 1048576");
    Message other = Message.to("bills").type("T").payload("x".repeat(1024)).build();
    assertThatThrownBy(() -> raised.publish(connection, other))
        .hasMessageContaining("above the 1024 that this outbox takes for 'bills'");
  }

  @Test
  void boundsItsSettings() {
    JdbcOutbox.builder().maxBytes(1024).maxBytes("x", 1_048_576).build();
    for (int wrong : new int[] {1023, 1_048_577, -1}) {
      String text = "maxBytes must be 1024 to 1048576, the most that SQS takes: " + wrong;
      assertThatThrownBy(() -> JdbcOutbox.builder().maxBytes(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(text);
      assertThatThrownBy(() -> JdbcOutbox.builder().maxBytes("x", wrong)).hasMessage(text);
    }
  }

  @Test
  void keepsEveryCharacter() throws SQLException {
    String text = "📬 ä € \t\n\r\\ ' \" \uFFFD \uE000 𐀀 " + Character.toString(0x10FFFF);
    outbox.publish(connection, message(text));
    outbox.publishAll(connection, List.of(message(text), message(text)));
    connection.commit();
    assertThat(database.query(PAYLOADS)).containsExactly(text, text, text);
    assertThatThrownBy(() -> Message.to("orders").type("T").key("📬").payload("x").build())
        .isInstanceOf(InvalidMessage.class)
        .hasMessageStartingWith("key has the character U+D83D");
  }

  /** All writers must agree on the lane of a key, in whatever language they are written. */
  @Test
  void aForeignWritersRowsShareTheLaneOfTheirKey() throws SQLException {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      String key = i % 5 == 0 ? null : "key-" + i + "~!";
      messages.add(Message.to("orders").type("T").key(key).payload("x").build());
    }
    outbox.publishAll(connection, messages.subList(1, 500));
    outbox.publish(connection, messages.get(0));
    JdbcWriter foreign = new JdbcWriter(server, connection);
    for (Message message : messages) {
      foreign.insert(
          new ForeignRow(
              "orders",
              message.id(),
              message.key(),
              "T",
              Optional.empty(),
              "foreign",
              Optional.empty()));
    }
    connection.commit();
    assertThat(
            database.query(
                "SELECT count(DISTINCT partition_no) FROM outbox_message"
                    + " GROUP BY coalesce(message_key, CAST(message_id AS CHAR(36)))"))
        .hasSize(500)
        .containsOnly("1");
    assertThat(database.query("SELECT DISTINCT partition_no FROM outbox_message ORDER BY 1"))
        .containsExactlyElementsOf(IntStream.range(0, 16).mapToObj(Integer::toString).toList());
  }

  private static Message scheduled(String payload) {
    return Message.to("orders")
        .type("OrderPlaced")
        .payload(payload)
        .deliverAt(Instant.parse("2999-01-01T00:00:00.123456Z"))
        .build();
  }

  @Test
  void whatHasATimeWaitsAmongTheParked() throws SQLException {
    outbox.publishAll(connection, List.of(scheduled("later"), message("now"), scheduled("too")));
    assertThat(database.query(PARKED)).isEmpty();
    connection.commit();
    assertThat(database.query(PAYLOADS)).containsExactly("now");
    assertThat(database.query(PARKED)).containsExactly("later", "too");
    assertThat(
            database.query(
                "SELECT count(*) FROM outbox_parked WHERE state = 'SCHEDULED' AND attempts = 0"
                    + " AND due_at = deliver_at AND due_at = ?",
                server.time(Instant.parse("2999-01-01T00:00:00.123456Z"))))
        .containsExactly("2");
  }

  @Test
  void whatHasATimeIsWrittenWithTheOthersOrNotAtAll() throws SQLException {
    database.execute("ALTER TABLE outbox_parked ADD CONSTRAINT refused CHECK (payload <> 'no')");
    Savepoint savepoint = connection.setSavepoint();
    assertThatThrownBy(() -> outbox.publishAll(connection, List.of(message("x"), scheduled("no"))))
        .isInstanceOf(SQLException.class);
    connection.rollback(savepoint);
    connection.commit();
    assertThat(database.query(PAYLOADS)).isEmpty();
  }

  /** Each waits for its turn, so the one that draws the later seq also commits later. */
  @Test
  void withTheKeyLockWritersOfAKeyTakeTurns() throws Exception {
    JdbcOutbox locking = JdbcOutbox.builder().keyLock(true).build();
    locking.publishAll(connection, messages(2));
    CompletableFuture<Void> second = inAnotherTransaction(locking, message("second"));
    awaitOneWaiting();
    inAnotherTransaction(locking, Message.to("bills").type("T").key("o-1").payload("x").build())
        .get(10, TimeUnit.SECONDS);
    inAnotherTransaction(locking, Message.to("orders").type("T").payload("no key").build())
        .get(10, TimeUnit.SECONDS);
    assertThat(second).isNotDone();
    locking.publish(connection, message("last of the first"));
    connection.commit();
    second.get(10, TimeUnit.SECONDS);
    assertThat(database.query(OF_THE_KEY))
        .containsExactly("no 0", "no 1", "last of the first", "second");
  }

  @Test
  void withoutTheKeyLockSeqNeedNotFollowTheCommits() throws Exception {
    outbox.publish(connection, message("committed last"));
    inAnotherTransaction(outbox, message("committed first")).get(10, TimeUnit.SECONDS);
    connection.commit();
    assertThat(database.query(OF_THE_KEY)).containsExactly("committed last", "committed first");
  }

  @Test
  void theKeyLockIsTakenInOneOrder() throws Exception {
    JdbcOutbox locking = JdbcOutbox.builder().keyLock(true).build();
    List<Message> forth =
        IntStream.range(0, 50)
            .mapToObj(i -> Message.to("orders").type("T").key("k" + i).payload("x").build())
            .toList();
    List<Message> back = new ArrayList<>(forth);
    Collections.reverse(back);
    for (int round = 0; round < 20; round++) {
      CompletableFuture<Void> other = inAnotherTransaction(locking, back);
      locking.publishAll(connection, forth);
      connection.commit();
      other.get(10, TimeUnit.SECONDS);
    }
  }

  private CompletableFuture<Void> inAnotherTransaction(JdbcOutbox writer, Message message) {
    return inAnotherTransaction(writer, List.of(message));
  }

  private CompletableFuture<Void> inAnotherTransaction(JdbcOutbox writer, List<Message> messages) {
    return CompletableFuture.runAsync(
        () -> {
          try (Connection other = database.begin()) {
            writer.publishAll(other, messages);
            other.commit();
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private void awaitOneWaiting() {
    await().until(() -> server.waiting(database), waiting -> waiting == 1);
  }

  @Test
  void signalsEachDestinationOnceItsRowsAreWritten() throws SQLException {
    List<String> signals = new ArrayList<>();
    JdbcOutbox signalling = JdbcOutbox.builder().signal(signals::add).build();
    Message bill = Message.to("bills").type("T").payload("x").build();
    signalling.publishAll(
        connection, List.of(message("a"), bill, scheduled("no haste"), message("b")));
    signalling.publish(connection, scheduled("none either"));
    assertThat(signals).containsExactly("orders", "bills");

    assertThatThrownBy(() -> signalling.publish(connection, ofSize(300_000)));
    TestDatabase.execute(connection, "DROP TABLE outbox_message");
    assertThatThrownBy(() -> signalling.publish(connection, bill)).isInstanceOf(SQLException.class);
    assertThat(signals).hasSize(2);
  }

  @Test
  void bindsToAConnection() throws SQLException {
    outbox.on(connection).publish(message("one"));
    outbox.on(connection).publishAll(messages(2));
    connection.commit();
    assertThat(database.query(PAYLOADS)).containsExactly("one", "no 0", "no 1");

    TestDatabase.execute(connection, "DROP TABLE outbox_message");
    assertThatThrownBy(() -> outbox.on(connection).publishAll(messages(2)))
        .isInstanceOf(MailroomException.class)
        .hasMessageStartingWith("The outbox could not write 2 messages: ")
        .hasCauseInstanceOf(SQLException.class);
  }

  @Test
  void anIdIsWrittenAsItIs() throws SQLException {
    UUID id = UUID.fromString("ffffffff-ffff-4fff-bfff-ffffffffffff");
    outbox.publish(connection, Message.to("a").id(id).type("T").payload("x").build());
    connection.commit();
    assertThat(database.query("SELECT message_id FROM outbox_message"))
        .containsExactly(id.toString());
  }

  /** No such database is to be had here, so that its name is all there is of it. */
  @Test
  void namesTheDatabaseThatItDoesNotKnow() {
    ClassLoader loader = getClass().getClassLoader();
    Object metaData =
        Proxy.newProxyInstance(
            loader, new Class<?>[] {DatabaseMetaData.class}, (proxy, method, args) -> "Foo");
    Connection foo =
        (Connection)
            Proxy.newProxyInstance(
                loader,
                new Class<?>[] {Connection.class},
                (proxy, method, args) -> method.getName().equals("getMetaData") ? metaData : false);
    assertThatThrownBy(() -> outbox.publish(foo, message("x")))
        .isInstanceOf(MailroomException.class)
        .hasMessage(
            "The database is 'Foo', which Mailroom does not know; it knows PostgreSQL, MariaDB, MySQL, H2."
                + " Pass a connection to one of those.");
  }
}
