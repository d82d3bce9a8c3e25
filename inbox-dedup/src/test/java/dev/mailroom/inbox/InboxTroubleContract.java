package dev.mailroom.inbox;

import static dev.mailroom.inbox.TestDatabase.addEffect;
import static dev.mailroom.inbox.TestDatabase.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox.Outcome;
import dev.mailroom.inbox.Inbox.Status;
import dev.mailroom.outbox.Message;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handlers that are interrupted, time out or are cut off, and clocks astray, on any database. */
abstract class InboxTroubleContract {

  private static final ReceivedMessage MESSAGE = ReceivedMessage.of("m1", "{}");

  private TestDatabase database;
  private HikariDataSource pool;
  private Inbox inbox;

  abstract TestDatabase create();

  @BeforeEach
  void start() {
    database = create();
    pool = database.pool(2);
    inbox = Inbox.of(pool, "billing");
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private void assertThatNothingIsLeftAndItRunsAgain() throws SQLException {
    assertThat(database.effects()).isEmpty();
    assertThat(database.recorded()).isEmpty();
    assertThat(inbox.process(MESSAGE, c -> addEffect(c.connection(), "done")))
        .isEqualTo(Outcome.PROCESSED);
    assertThat(database.effects()).containsExactly("done");
  }

  @Test
  void anInterruptedHandlerLeavesNothing() throws Exception {
    CompletableFuture<Thread> waiting = new CompletableFuture<>();
    CompletableFuture<Outcome> outcome =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return inbox.<Exception>process(
                    MESSAGE,
                    c -> {
                      addEffect(c.connection(), "undone");
                      waiting.complete(Thread.currentThread());
                      new CountDownLatch(1).await();
                    });
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    waiting.get().interrupt();
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(outcome::get)
        .withRootCauseInstanceOf(InterruptedException.class);
    assertThatNothingIsLeftAndItRunsAgain();
  }

  @Test
  void anInterruptThatAHandlerBearsUndoesNothing() throws SQLException {
    Outcome outcome =
        inbox.process(
            MESSAGE,
            c -> {
              addEffect(c.connection(), "done");
              Thread.currentThread().interrupt();
            });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(outcome).isEqualTo(Outcome.PROCESSED);
    assertThat(database.effects()).containsExactly("done");
  }

  @Test
  void aHandlerWhoseStatementTimesOutLeavesNothing() throws SQLException {
    database.execute("CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)");
    database.execute("INSERT INTO account (id, balance) VALUES (1, 0)");
    try (Connection other = pool.getConnection()) {
      other.setAutoCommit(false);
      execute(other, "UPDATE account SET balance = 1 WHERE id = 1");
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> inbox.process(MESSAGE, c -> slowUpdate(c.connection())));
      other.rollback();
    }
    assertThatNothingIsLeftAndItRunsAgain();
  }

  private static void slowUpdate(Connection connection) throws SQLException {
    addEffect(connection, "undone");
    try (Statement update = connection.createStatement()) {
      update.setQueryTimeout(1);
      update.execute("UPDATE account SET balance = 2 WHERE id = 1");
    }
  }

  /** As when its process dies: nobody is left to roll back, and another takes over. */
  @Test
  void aHandlerThatIsCutOffLeavesNothing() throws SQLException {
    Inbox dying = Inbox.of(database.pool(1), "billing");
    assertThatThrownBy(
            () ->
                dying.process(
                    MESSAGE,
                    c -> {
                      addEffect(c.connection(), "undone");
                      c.connection().unwrap(Connection.class).close();
                      addEffect(c.connection(), "never");
                    }))
        .isInstanceOf(SQLException.class);
    assertThatNothingIsLeftAndItRunsAgain();
  }

  /** The clock of the database has been wrong by years, then or now. */
  @ParameterizedTest
  @ValueSource(ints = {1_000, -1_000})
  void aMessageIsKnownAgainWhateverTheClockSays(int daysAgo) throws SQLException {
    inbox.process(MESSAGE, c -> {});
    database.execute("UPDATE inbox_message SET processed_at = " + database.daysAgo(daysAgo));
    assertThat(inbox.process(MESSAGE, c -> {})).isEqualTo(Outcome.DUPLICATE);
    assertThat(inbox.processAll(List.of(MESSAGE), c -> {}))
        .singleElement()
        .satisfies(result -> assertThat(result.status()).isEqualTo(Status.DUPLICATE));
  }

  @Test
  void ofABatchTheOutgoingMessagesOfAFailureAloneAreUndone() {
    database.migrateOutbox();
    inbox.processAll(
        List.of(MESSAGE, ReceivedMessage.of("m2", "{}"), ReceivedMessage.of("m3", "{}")),
        c -> {
          String id = c.message().id();
          c.outbox().publish(Message.to("o").type("of-" + id).payload("p").build());
          if (id.equals("m2")) {
            throw new IllegalStateException("fails");
          }
        });
    assertThat(database.texts("SELECT message_type FROM outbox_message"))
        .containsExactlyInAnyOrder("of-m1", "of-m3");
  }

  @Test
  void aListenerThatMustThrowForRedeliveryDoesSoForACopyInProgress() {
    inbox.process(
        MESSAGE,
        c -> {
          Inbox hasty = Inbox.builder(pool, "billing").lockTimeout(Duration.ofMillis(50)).build();
          assertThatThrownBy(() -> hasty.process(MESSAGE, copy -> {}).requireDone())
              .hasMessageContaining("let this one be delivered again");
        });
    inbox.process(MESSAGE, c -> {}).requireDone();
  }
}
