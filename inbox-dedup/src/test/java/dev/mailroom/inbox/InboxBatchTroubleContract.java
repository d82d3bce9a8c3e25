package dev.mailroom.inbox;

import static dev.mailroom.inbox.Inbox.Status.DUPLICATE;
import static dev.mailroom.inbox.Inbox.Status.FAILED;
import static dev.mailroom.inbox.Inbox.Status.PROCESSED;
import static dev.mailroom.inbox.TestDatabase.addEffect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox.Context;
import dev.mailroom.inbox.Inbox.Outcome;
import dev.mailroom.inbox.Inbox.Result;
import dev.mailroom.outbox.jdbc.Database;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The transaction of a batch ends before its time, on any database. */
abstract class InboxBatchTroubleContract {

  private static final ReceivedMessage FIRST = ReceivedMessage.of("m1", "{}");
  private static final ReceivedMessage SECOND = ReceivedMessage.of("m2", "{}");
  private static final ReceivedMessage THIRD = ReceivedMessage.of("m3", "{}");

  private interface Accident {
    void happens(Context context) throws Exception;
  }

  private TestDatabase database;
  private HikariDataSource pool;
  private Inbox inbox;

  abstract TestDatabase create();

  @BeforeEach
  void start() {
    database = create();
    pool = database.pool(5);
    inbox = Inbox.builder(pool, "billing").lockTimeout(Duration.ofMinutes(1)).build();
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private CompletableFuture<Outcome> copyOfTheSecond() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return inbox.process(SECOND, c -> addEffect(c.connection(), "m2 elsewhere"));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** The accident happens once, to the first message, while a copy of the second waits. */
  private List<Result> processWith(Accident accident) {
    CompletableFuture<?>[] copy = new CompletableFuture<?>[1];
    return inbox.processAll(
        List.of(FIRST, SECOND, THIRD),
        c -> {
          if (copy[0] == null) {
            copy[0] = copyOfTheSecond();
            await().until(database::waitingForALock, waiting -> waiting == 1);
            accident.happens(c);
            copy[0].join();
            throw new IllegalStateException("all is lost");
          }
          addEffect(c.connection(), c.message().id());
        });
  }

  /** HikariCP hands out again what H2 has closed. */
  private void assumeThatPoolsNotice() {
    assumeThat(database.database).isNotEqualTo(Database.H2);
  }

  @Test
  void aMessageWhoseCopyWaitedForABatchThatWasCutOffTakesEffectOnce() {
    assumeThatPoolsNotice();
    List<Result> results = processWith(c -> database.kill(c.connection()));
    assertThat(results).last().satisfies(third -> assertThat(third.status()).isEqualTo(PROCESSED));
    assertThat(database.effects()).contains("m2 elsewhere", "m3").doesNotContain("m2");
  }

  /** As a deadlock does on MariaDB, of which the handler need not tell. */
  @Test
  void aMessageWhoseCopyWaitedForABatchThatWasRolledBackTakesEffectOnce() {
    processWith(c -> TestDatabase.execute(c.connection(), "ROLLBACK"));
    assertThat(database.effects()).contains("m2 elsewhere", "m3").doesNotContain("m2");
  }

  @Test
  void aBatchWhoseCommitIsNotAnsweredIsNotRunAgainUntilItIsDelivered() throws Exception {
    Inbox deaf = Inbox.of(new DeafDataSource(pool), "billing");
    List<ReceivedMessage> messages = List.of(FIRST, SECOND);
    assertThat(deaf.processAll(messages, c -> addEffect(c.connection(), c.message().id())))
        .allSatisfy(
            result -> {
              assertThat(result.status()).isEqualTo(FAILED);
              assertThat(result.failure()).get().asString().contains("commit failed");
            });
    assertThat(inbox.processAll(messages, c -> {}))
        .extracting(Result::status)
        .containsOnly(DUPLICATE);
    assertThat(database.effects()).containsExactly("m1", "m2");
  }

  @Test
  void whatAHandlerCommittedBeforeItWasCutOffLosesNoOtherMessage() {
    assumeThatPoolsNotice();
    boolean[] cut = new boolean[1];
    inbox.processAll(
        List.of(FIRST, SECOND, THIRD),
        c -> {
          addEffect(c.connection(), c.message().id());
          if (!cut[0]) {
            cut[0] = true;
            TestDatabase.execute(c.connection(), "COMMIT");
            database.kill(c.connection());
          }
        });
    assertThat(database.effects()).containsExactly("m1", "m2", "m3");
    assertThat(database.recorded()).containsExactly("m1", "m2", "m3");
  }

  @Test
  void whyABatchBrokeIsToldThoughTheDatabaseIsAwayThen() {
    HikariDataSource dying = database.pool(1);
    IllegalStateException reason = new IllegalStateException("all is lost");
    List<Result> results =
        Inbox.of(dying, "billing")
            .processAll(
                List.of(FIRST, SECOND),
                c -> {
                  c.connection().unwrap(Connection.class).close();
                  dying.close();
                  throw reason;
                });
    assertThat(results.get(0).failure().orElseThrow())
        .isInstanceOf(Inbox.Unavailable.class)
        .satisfies(failure -> assertThat(failure.getSuppressed()[0]).hasCause(reason));
  }
}
