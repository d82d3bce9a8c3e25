package dev.mailroom.inbox;

import static dev.mailroom.inbox.TestDatabase.addEffect;
import static dev.mailroom.inbox.TestDatabase.execute;
import static dev.mailroom.inbox.TestDatabase.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox.Context;
import dev.mailroom.inbox.Inbox.Outcome;
import dev.mailroom.outbox.Message;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One message in one transaction, once, on any database. */
abstract class InboxContract {

  private static final ReceivedMessage MESSAGE = message("m1");

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private TestDatabase database;
  private HikariDataSource pool;
  private Inbox patient;

  abstract TestDatabase create();

  @BeforeEach
  void start() {
    database = create();
    pool = database.pool(20);
    patient = Inbox.builder(pool, "billing").lockTimeout(PATIENCE).build();
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
    database.close();
  }

  private static ReceivedMessage message(String id) {
    return ReceivedMessage.from("billing").id(id).type("OrderPlaced").payload("{}").build();
  }

  @Test
  void aMessageThatComesAgainAfterARestartTakesNoEffect() throws Exception {
    assertThat(effect(patient, "first").call()).isEqualTo(Outcome.PROCESSED);
    Inbox restarted = Inbox.of(database.pool(1), "billing");
    assertThat(effect(restarted, "second").call()).isEqualTo(Outcome.DUPLICATE);
    assertThat(database.effects()).containsExactly("first");
  }

  @Test
  void eachConsumerProcessesForItself() throws Exception {
    assertThat(effect(patient, "billed").call()).isEqualTo(Outcome.PROCESSED);
    assertThat(effect(Inbox.of(pool, "shipping"), "shipped").call()).isEqualTo(Outcome.PROCESSED);
    assertThat(database.effects()).containsExactly("billed", "shipped");
  }

  @Test
  void whatAHandlerThrowsUndoesAllAndArrivesUnchanged() throws Exception {
    IOException failure = new IOException("no disk");
    assertThatThrownBy(
            () ->
                patient.process(
                    MESSAGE,
                    c -> {
                      addEffect(c.connection(), "undone");
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(database.recorded()).isEmpty();
    assertThat(effect(patient, "done").call()).isEqualTo(Outcome.PROCESSED);
    assertThat(database.effects()).containsExactly("done");
  }

  @Test
  void outgoingMessagesCommitWithTheEffects() {
    database.migrateOutbox();
    assertThatThrownBy(() -> publish("undone", new IllegalStateException("fails")))
        .hasMessage("fails");
    publish("outgoing", null);
    assertThat(database.texts("SELECT message_type FROM outbox_message"))
        .containsExactly("outgoing");
  }

  private void publish(String type, @Nullable RuntimeException failure) {
    patient.process(
        MESSAGE,
        c -> {
          c.outbox().publish(Message.to("o").type(type).payload("p").build());
          if (failure != null) {
            throw failure;
          }
        });
  }

  @Test
  void idsThatDifferInOneCharacterAreDifferentMessages() throws SQLException {
    List<String> ids =
        List.of(
            "m",
            "M",
            "m ",
            " m",
            "\u00e9",
            "e\u0301",
            "e",
            "\uD83D\uDE00",
            "\uD83D\uDE01",
            "\u00df",
            "ss",
            "'; --",
            "%",
            "_",
            "\\");
    for (String id : ids) {
      assertThat(patient.process(message(id), c -> addEffect(c.connection(), id)))
          .as(id)
          .isEqualTo(Outcome.PROCESSED);
    }
    for (String id : ids) {
      assertThat(patient.process(message(id), c -> {})).as(id).isEqualTo(Outcome.DUPLICATE);
    }
    assertThat(database.effects()).containsExactlyElementsOf(ids);
    assertThat(database.recorded()).containsExactlyInAnyOrderElementsOf(ids);
  }

  /** Each in a transaction of its own: none but the first gets on before all are under way. */
  @Test
  void aHundredDeliveriesAtOnceHaveOneEffect() throws Exception {
    pool.setMaximumPoolSize(100);
    Held first = new Held(null);
    List<Future<Outcome>> others = new ArrayList<>();
    for (int i = 0; i < 99; i++) {
      others.add(threads.submit(effect(patient, "another")));
    }
    await().atMost(PATIENCE).until(database::waitingForALock, waiting -> waiting == 99);
    first.end();
    assertThat(first.outcome.get()).isEqualTo(Outcome.PROCESSED);
    for (Future<Outcome> other : others) {
      assertThat(other.get()).isEqualTo(Outcome.DUPLICATE);
    }
    assertThat(database.effects()).containsExactly("first");
  }

  @Test
  void aWaitingCopyTakesOverWhenTheFirstRollsBack() throws Exception {
    Held first = new Held(new IllegalStateException("first fails"));
    Future<Outcome> second = threads.submit(effect(patient, "second"));
    awaitOneWaiting();
    first.end();
    assertThatThrownBy(first.outcome::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("first fails");
    assertThat(second.get()).isEqualTo(Outcome.PROCESSED);
    assertThat(database.effects()).containsExactly("second");
  }

  @Test
  void aWaitingCopyIsADuplicateWhenTheFirstCommits() throws Exception {
    assertThatAWaitingCopyIsADuplicate();
  }

  @Test
  void aCopyThatWaitedInASnapshotIsADuplicate() throws Exception {
    pool.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    assertThatAWaitingCopyIsADuplicate();
  }

  private void assertThatAWaitingCopyIsADuplicate() throws Exception {
    Held first = new Held(null);
    Future<Outcome> second = threads.submit(effect(patient, "second"));
    awaitOneWaiting();
    first.end();
    assertThat(first.outcome.get()).isEqualTo(Outcome.PROCESSED);
    assertThat(second.get()).isEqualTo(Outcome.DUPLICATE);
    assertThat(database.effects()).containsExactly("first");
  }

  @Test
  void aCopyDoesNotWaitForeverForTheFirst() throws Exception {
    Held first = new Held(null);
    Inbox hasty = Inbox.builder(pool, "billing").lockTimeout(Duration.ofMillis(50)).build();
    assertThat(effect(hasty, "second").call()).isEqualTo(Outcome.IN_PROGRESS);
    first.end();
    first.outcome.get();
    assertThat(effect(hasty, "third").call()).isEqualTo(Outcome.DUPLICATE);
    assertThat(database.effects()).containsExactly("first");
  }

  @Test
  void whatADeadlockEndedIsRunAgainAsAWhole() throws Exception {
    database.execute("CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)");
    database.execute("INSERT INTO account (id, balance) VALUES (1, 0), (2, 0)");
    CyclicBarrier bothHoldOne = new CyclicBarrier(2);
    AtomicInteger runs = new AtomicInteger();
    Future<Outcome> one = threads.submit(transfer("one", 1, 2, runs, bothHoldOne));
    Future<Outcome> two = threads.submit(transfer("two", 2, 1, runs, bothHoldOne));
    assertThat(one.get()).isEqualTo(Outcome.PROCESSED);
    assertThat(two.get()).isEqualTo(Outcome.PROCESSED);
    assertThat(runs).hasValueGreaterThan(2);
    assertThat(database.effects()).containsExactlyInAnyOrder("one", "two");
    assertThat(database.texts("SELECT balance FROM account ORDER BY id")).containsExactly("2", "2");
  }

  private Callable<Outcome> transfer(
      String name, int from, int to, AtomicInteger runs, CyclicBarrier bothHoldOne) {
    return () ->
        patient.<Exception>process(
            message(name),
            c -> {
              addEffect(c.connection(), name);
              execute(
                  c.connection(), "UPDATE account SET balance = balance + 1 WHERE id = " + from);
              if (runs.incrementAndGet() <= 2) {
                bothHoldOne.await(30, TimeUnit.SECONDS);
              }
              execute(c.connection(), "UPDATE account SET balance = balance + 1 WHERE id = " + to);
            });
  }

  @Test
  void whatMetAChangeSinceItsSnapshotIsRunAgainAsAWhole() throws Exception {
    prepareSnapshots();
    AtomicInteger runs = new AtomicInteger();
    Outcome outcome = patient.<Exception>process(MESSAGE, c -> meetAChange(c, runs, 1));
    assertThat(outcome).isEqualTo(Outcome.PROCESSED);
    assertThat(database.effects()).containsExactly("run 2");
    assertThat(database.texts("SELECT balance FROM account")).containsExactly("11");
  }

  @Test
  void whatOthersCauseEachTimeIsTriedAgainAFewTimesAndThenThrown() {
    prepareSnapshots();
    Inbox twice = Inbox.builder(pool, "billing").retries(2).build();
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(
            () -> twice.<Exception>process(MESSAGE, c -> meetAChange(c, runs, Integer.MAX_VALUE)))
        .isInstanceOf(SQLException.class);
    assertThat(runs).hasValue(3);
    assertThat(database.effects()).isEmpty();
    assertThat(database.recorded()).isEmpty();
  }

  private void prepareSnapshots() {
    database.keepToSnapshots(pool);
    database.execute("CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)");
    database.execute("INSERT INTO account (id, balance) VALUES (1, 0)");
  }

  /** In the first runs another transaction changes what this one has read and changes, too. */
  private void meetAChange(Context context, AtomicInteger runs, int first) throws SQLException {
    Connection connection = context.connection();
    addEffect(connection, "run " + runs.incrementAndGet());
    texts(connection, "SELECT balance FROM account");
    if (runs.get() <= first) {
      database.execute("UPDATE account SET balance = balance + 10");
    }
    execute(connection, "UPDATE account SET balance = balance + 1");
  }

  private static Callable<Outcome> effect(Inbox inbox, String name) {
    return () -> inbox.process(MESSAGE, c -> addEffect(c.connection(), name));
  }

  private void awaitOneWaiting() {
    await().until(database::waitingForALock, waiting -> waiting == 1);
  }

  /** A first delivery whose handler has written and goes on when told to. */
  private final class Held {

    private final CountDownLatch ending = new CountDownLatch(1);
    private final Future<Outcome> outcome;

    Held(@Nullable RuntimeException failure) throws InterruptedException {
      CountDownLatch begun = new CountDownLatch(1);
      outcome =
          threads.submit(
              () ->
                  patient.<Exception>process(
                      MESSAGE,
                      c -> {
                        addEffect(c.connection(), "first");
                        begun.countDown();
                        ending.await();
                        if (failure != null) {
                          throw failure;
                        }
                      }));
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
    }

    void end() {
      ending.countDown();
    }
  }
}
