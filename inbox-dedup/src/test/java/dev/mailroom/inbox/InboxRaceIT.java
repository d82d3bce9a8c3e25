package dev.mailroom.inbox;

import static dev.mailroom.inbox.TestDatabase.addEffect;
import static dev.mailroom.inbox.TestDatabase.execute;
import static dev.mailroom.inbox.TestDatabase.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of one message at once, and transactions that the database gives up. */
class InboxRaceIT {

  private static final ReceivedMessage MESSAGE =
      ReceivedMessage.from("billing").id("m1").payload("{}").build();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private TestDatabase database;
  private HikariDataSource pool;
  private Inbox patient;

  @BeforeEach
  void start() {
    database = TestDatabase.create();
    pool = database.pool(20);
    patient = Inbox.builder(pool, "billing").lockTimeout(Duration.ofMinutes(1)).build();
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
    database.close();
  }

  @Test
  void aHundredDeliveriesAtOnceHaveOneEffect() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<Future<Outcome>> deliveries = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      deliveries.add(
          threads.submit(
              () -> {
                go.await();
                return patient.process(MESSAGE, c -> addEffect(c.connection(), "effect"));
              }));
    }
    go.countDown();
    List<Outcome> outcomes = new ArrayList<>();
    for (Future<Outcome> delivery : deliveries) {
      outcomes.add(delivery.get());
    }
    assertThat(outcomes).containsOnlyOnce(Outcome.PROCESSED).doesNotContain(Outcome.IN_PROGRESS);
    assertThat(database.effects()).containsExactly("effect");
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
  void aCopyThatWaitedInASnapshotIsRunAgainAndIsADuplicate() throws Exception {
    pool.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    Held first = new Held(null);
    Future<Outcome> second = threads.submit(effect(patient, "second"));
    awaitOneWaiting();
    first.end();
    assertThat(second.get()).isEqualTo(Outcome.DUPLICATE);
  }

  @Test
  void aTransactionThatCannotBeSerializedIsRunAgainAsAWhole() throws SQLException {
    pool.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    database.execute("CREATE TABLE account AS SELECT 1 AS balance");
    AtomicInteger runs = new AtomicInteger();
    Outcome outcome =
        patient.process(
            MESSAGE,
            c -> {
              addEffect(c.connection(), "run " + runs.incrementAndGet());
              texts(c.connection(), "SELECT balance FROM account");
              if (runs.get() == 1) {
                database.execute("UPDATE account SET balance = 10");
              }
              execute(c.connection(), "UPDATE account SET balance = balance + 1");
            });
    assertThat(outcome).isEqualTo(Outcome.PROCESSED);
    assertThat(database.effects()).containsExactly("run 2");
    assertThat(database.texts("SELECT balance FROM account")).containsExactly("11");
  }

  @ParameterizedTest
  @ValueSource(strings = {"40P01", "40001"})
  void whatOthersCausedIsTriedAgainAFewTimesAndThenThrown(String state) {
    Inbox twice = Inbox.builder(pool, "billing").retries(2).build();
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(
            () ->
                twice.process(
                    MESSAGE,
                    c -> {
                      runs.incrementAndGet();
                      addEffect(c.connection(), "undone");
                      failWrapped(c.connection(), state);
                    }))
        .hasMessage("wrapped");
    assertThat(runs).hasValue(3);
    assertThat(database.effects()).isEmpty();
  }

  @Test
  void otherErrorsAreNotTriedAgain() {
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(
            () ->
                patient.process(
                    MESSAGE,
                    c -> {
                      runs.incrementAndGet();
                      failWrapped(c.connection(), "23514");
                    }))
        .hasMessage("wrapped");
    assertThat(runs).hasValue(1);
  }

  /** As frameworks do. */
  private static void failWrapped(Connection connection, String state) {
    try {
      execute(connection, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '" + state + "'; END $$");
    } catch (SQLException e) {
      throw new IllegalStateException("wrapped", new RuntimeException(e));
    }
  }

  private static Callable<Outcome> effect(Inbox inbox, String name) {
    return () -> inbox.process(MESSAGE, c -> addEffect(c.connection(), name));
  }

  private void awaitOneWaiting() {
    await()
        .until(
            () ->
                database.texts(
                    "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND wait_event_type = 'Lock'"),
            waiting -> waiting.size() == 1);
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
