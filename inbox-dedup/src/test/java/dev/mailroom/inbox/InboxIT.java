package dev.mailroom.inbox;

import static dev.mailroom.inbox.TestDatabase.addEffect;
import static dev.mailroom.inbox.TestDatabase.execute;
import static dev.mailroom.inbox.TestDatabase.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox.Outcome;
import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a handler may do with its transaction, on PostgreSQL; {@link InboxContract} has what all
 * databases do.
 */
class InboxIT {

  private TestDatabase database;

  /** Of one connection, so that one that is not given back in order shows. */
  private HikariDataSource pool;

  private Inbox inbox;

  @BeforeEach
  void start() {
    database = TestDatabase.create();
    pool = database.pool(1);
    inbox = Inbox.of(pool, "billing");
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private static ReceivedMessage message(String id) {
    return ReceivedMessage.from("billing").id(id).type("OrderPlaced").payload("{}").build();
  }

  @Test
  void aUuidIsOneMessageInEitherCase() {
    String id = UUID.randomUUID().toString();
    inbox.process(message(id.toUpperCase(Locale.ROOT)), c -> {});
    assertThat(inbox.process(message(id), c -> {})).isEqualTo(Outcome.DUPLICATE);
    assertThat(database.recorded()).containsExactly(id);
  }

  @Test
  void aKeyFunctionReplacesTheId() {
    Inbox byPayload = Inbox.builder(pool, "billing").key(ReceivedMessage::payload).build();
    byPayload.process(message("m1"), c -> {});
    assertThat(byPayload.process(message("m2"), c -> {})).isEqualTo(Outcome.DUPLICATE);
    assertThat(database.recorded()).containsExactly("{}");
  }

  @Test
  void theHandlerHasTheLockTimeoutOfItsSession() throws SQLException {
    pool.setConnectionInitSql("SET lock_timeout = '7s'");
    AtomicReference<List<String>> seen = new AtomicReference<>();
    inbox.process(message("m1"), c -> seen.set(texts(c.connection(), "SHOW lock_timeout")));
    assertThat(seen.get()).containsExactly("7s");
    try (Connection afterwards = pool.getConnection()) {
      assertThat(texts(afterwards, "SHOW lock_timeout")).containsExactly("7s");
      assertThat(afterwards.getAutoCommit()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"commit", "rollback", "close", "setAutoCommit", "abort"})
  void theHandlerCannotEndTheTransaction(String call) {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(
            () ->
                inbox.process(
                    message("m1"),
                    c -> {
                      addEffect(c.connection(), "undone");
                      end(c.connection(), call);
                    }))
        .withMessageContaining("Connection." + call)
        .withMessageContaining("Return to commit");
    assertThat(database.effects()).isEmpty();
    assertThat(database.recorded()).isEmpty();
  }

  private static void end(Connection connection, String call) throws SQLException {
    switch (call) {
      case "commit" -> connection.commit();
      case "rollback" -> connection.rollback();
      case "close" -> connection.close();
      case "abort" -> connection.abort(Runnable::run);
      default -> connection.setAutoCommit(true);
    }
  }

  @Test
  void theHandlerCanUseSavepointsAndItsConnectionEndsWithIt() throws SQLException {
    List<Connection> kept = new ArrayList<>();
    inbox.process(
        message("m1"),
        c -> {
          Savepoint before = c.connection().setSavepoint();
          addEffect(c.connection(), "undone");
          c.connection().rollback(before);
          addEffect(c.connection(), "done");
          kept.add(c.connection());
        });
    assertThat(database.effects()).containsExactly("done");
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> kept.get(0).createStatement())
        .withMessageContaining("has returned");
  }

  @Test
  void anErrorThatTheHandlerHidesIsNotSuccess() {
    assertThatExceptionOfType(MailroomException.class)
        .isThrownBy(
            () ->
                inbox.process(
                    message("m1"),
                    c -> {
                      assertThatThrownBy(() -> execute(c.connection(), "SELECT 1/0"))
                          .isInstanceOf(SQLException.class);
                    }))
        .withMessageContaining("cannot commit")
        .withMessageContaining("25P02");
    assertThat(database.recorded()).isEmpty();
  }

  @Test
  void aHandlerThatCommitsBySqlIsToldSo() {
    assertThatExceptionOfType(MailroomException.class)
        .isThrownBy(() -> inbox.process(message("m1"), c -> execute(c.connection(), "COMMIT")))
        .withMessageContaining("ended the transaction by SQL");
  }

  @Test
  void aRefusedCommitIsNotSuccessAndTheConnectionServesOn() throws SQLException {
    database.execute("ALTER TABLE effect ADD UNIQUE (name) DEFERRABLE INITIALLY DEFERRED");
    inbox.process(message("m1"), c -> addEffect(c.connection(), "once"));
    assertThatExceptionOfType(MailroomException.class)
        .isThrownBy(() -> inbox.process(message("m2"), c -> addEffect(c.connection(), "once")))
        .withMessageContaining("message m2: commit failed")
        .withMessageContaining("23505");
    assertThat(database.recorded()).containsExactly("m1");
    assertThat(inbox.process(message("m3"), c -> addEffect(c.connection(), "twice")))
        .isEqualTo(Outcome.PROCESSED);
  }

  @Test
  void aLostConnectionIsAFailureAndTheNextMessageGetsAnother() throws SQLException {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(
            () ->
                inbox.process(
                    message("m1"),
                    c -> {
                      addEffect(c.connection(), "undone");
                      execute(c.connection(), "SELECT pg_terminate_backend(pg_backend_pid())");
                    }));
    assertThat(inbox.process(message("m1"), c -> addEffect(c.connection(), "done")))
        .isEqualTo(Outcome.PROCESSED);
    assertThat(database.effects()).containsExactly("done");
  }

  @Test
  void aMissingTableIsNamedWithItsRemedy() {
    database.execute("DROP TABLE inbox_message");
    assertThatExceptionOfType(MailroomException.class)
        .isThrownBy(() -> inbox.process(message("m1"), c -> {}))
        .withMessageContaining("inbox 'billing', message m1")
        .withMessageContaining("InboxSchema.migrate");
  }

  @Test
  void aJoinedHandlerHasTheLockTimeoutOfTheTransaction() throws SQLException {
    AtomicReference<List<String>> seen = new AtomicReference<>();
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      execute(connection, "SET LOCAL lock_timeout = '3s'");
      inbox.process(
          connection, message("m1"), c -> seen.set(texts(c.connection(), "SHOW lock_timeout")));
      assertThat(seen.get()).containsExactly("3s");
      assertThat(texts(connection, "SHOW lock_timeout")).containsExactly("3s");
      connection.rollback();
    }
  }

  @Test
  void anErrorThatAJoinedHandlerHidesIsNotSuccess() throws SQLException {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      assertThatExceptionOfType(MailroomException.class)
          .isThrownBy(
              () ->
                  inbox.process(
                      connection,
                      message("m1"),
                      c ->
                          assertThatThrownBy(() -> execute(c.connection(), "SELECT 1/0"))
                              .isInstanceOf(SQLException.class)));
      connection.rollback();
    }
  }
}
