package dev.mailroom.inbox;

import static dev.mailroom.inbox.TestDatabase.addEffect;
import static dev.mailroom.inbox.TestDatabase.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors as frameworks hand them on, by their codes; {@link InboxContract} has real races. */
class InboxRaceIT {

  private static final ReceivedMessage MESSAGE =
      ReceivedMessage.from("billing").id("m1").payload("{}").build();

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
    database.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"40P01", "40001"})
  void whatOthersCausedIsKnownInsideOtherExceptions(String state) {
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
}
