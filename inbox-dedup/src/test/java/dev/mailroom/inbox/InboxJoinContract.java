package dev.mailroom.inbox;

import static dev.mailroom.inbox.TestDatabase.addEffect;
import static dev.mailroom.inbox.TestDatabase.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.inbox.Inbox.Outcome;
import dev.mailroom.outbox.MailroomException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The inbox inside a transaction of the caller, on any database. */
abstract class InboxJoinContract {

  private static final ReceivedMessage MESSAGE =
      ReceivedMessage.from("billing").id("m1").payload("{}").build();

  private TestDatabase database;
  private Inbox inbox;
  private Connection connection;

  abstract TestDatabase create();

  @BeforeEach
  void start() throws SQLException {
    database = create();
    inbox = Inbox.builder(database.pool(2), "billing").lockTimeout(Duration.ofMillis(50)).build();
    connection = database.pool(1).getConnection();
    connection.setAutoCommit(false);
  }

  @AfterEach
  void stop() throws SQLException {
    connection.rollback();
    connection.close();
    database.close();
  }

  private Outcome join(String effect) throws SQLException {
    return inbox.process(connection, MESSAGE, c -> addEffect(c.connection(), effect));
  }

  @Test
  void takesEffectWhenTheCallerCommits() throws SQLException {
    addEffect(connection, "the caller's");
    assertThat(join("the handler's")).isEqualTo(Outcome.PROCESSED);
    assertThat(database.effects()).isEmpty();
    connection.commit();
    assertThat(database.effects()).containsExactly("the caller's", "the handler's");
    assertThat(join("twice")).isEqualTo(Outcome.DUPLICATE);
  }

  @Test
  void takesNoEffectWhenTheCallerRollsBack() throws SQLException {
    assertThat(join("undone")).isEqualTo(Outcome.PROCESSED);
    connection.rollback();
    assertThat(database.recorded()).isEmpty();
    assertThat(join("done")).isEqualTo(Outcome.PROCESSED);
  }

  @Test
  void aFailureUndoesTheHandlersPartAlone() throws SQLException {
    addEffect(connection, "before");
    assertThatThrownBy(
            () ->
                inbox.process(
                    connection,
                    MESSAGE,
                    c -> {
                      addEffect(c.connection(), "undone");
                      execute(c.connection(), "SELECT nothing FROM nowhere");
                    }))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("nowhere");
    addEffect(connection, "after");
    connection.commit();
    assertThat(database.effects()).containsExactly("before", "after");
    assertThat(database.recorded()).isEmpty();
  }

  @Test
  void aCopyInProgressLeavesTheTransactionUsable() throws SQLException {
    addEffect(connection, "before");
    inbox.process(
        MESSAGE,
        c -> {
          addEffect(c.connection(), "first");
          assertThat(join("second")).isEqualTo(Outcome.IN_PROGRESS);
        });
    connection.commit();
    assertThat(database.effects()).containsExactlyInAnyOrder("before", "first");
  }

  @Test
  void refusesAConnectionWithoutATransaction() throws SQLException {
    connection.setAutoCommit(true);
    assertThatExceptionOfType(MailroomException.class)
        .isThrownBy(() -> join("never"))
        .withMessageContaining("setAutoCommit(false)");
    connection.setAutoCommit(false);
    assertThat(database.effects()).isEmpty();
  }

  /** As MariaDB and MySQL undo it all at a deadlock: what the caller wrote before is gone. */
  @Test
  void aCallerWhoseTransactionIsUndoneIsToldSo() throws SQLException {
    addEffect(connection, "before");
    IllegalStateException failure = new IllegalStateException("deadlock");
    assertThatExceptionOfType(MailroomException.class)
        .isThrownBy(
            () ->
                inbox.process(
                    connection,
                    MESSAGE,
                    c -> {
                      execute(c.connection(), "ROLLBACK");
                      throw failure;
                    }))
        .withMessageContaining("Roll the whole transaction back")
        .withCause(failure);
  }

  @Test
  void aHandlerThatEndsTheTransactionIsToldSo() throws SQLException {
    addEffect(connection, "before");
    assertThatExceptionOfType(MailroomException.class)
        .isThrownBy(
            () -> inbox.process(connection, MESSAGE, c -> execute(c.connection(), "COMMIT")))
        .withMessageContaining("Roll the whole transaction back")
        .havingCause()
        .withMessageContaining("left a transaction that cannot commit");
  }

  @Test
  void aHandlerCanJoinInTurn() throws SQLException {
    ReceivedMessage other = ReceivedMessage.of("m2", "{}");
    inbox.process(
        connection,
        MESSAGE,
        outer -> {
          inbox.process(outer.connection(), other, c -> addEffect(c.connection(), "inner"));
          addEffect(outer.connection(), "outer");
        });
    connection.commit();
    assertThat(database.effects()).containsExactly("inner", "outer");
    assertThat(database.recorded()).containsExactly("m1", "m2");
  }
}
