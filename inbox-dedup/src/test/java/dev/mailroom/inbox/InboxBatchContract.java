package dev.mailroom.inbox;

import static dev.mailroom.inbox.Inbox.Status.DUPLICATE;
import static dev.mailroom.inbox.Inbox.Status.FAILED;
import static dev.mailroom.inbox.Inbox.Status.IN_PROGRESS;
import static dev.mailroom.inbox.Inbox.Status.NOT_RUN;
import static dev.mailroom.inbox.Inbox.Status.PROCESSED;
import static dev.mailroom.inbox.TestDatabase.addEffect;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox.Handler;
import dev.mailroom.inbox.Inbox.Order;
import dev.mailroom.inbox.Inbox.Result;
import dev.mailroom.inbox.Inbox.Status;
import dev.mailroom.outbox.MailroomException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several messages in one transaction, on any database. */
abstract class InboxBatchContract {

  private TestDatabase database;
  private HikariDataSource pool;
  private Inbox inbox;

  abstract TestDatabase create();

  @BeforeEach
  void start() {
    database = create();
    pool = database.pool(5);
    inbox = Inbox.builder(pool, "billing").lockTimeout(Duration.ofSeconds(1)).build();
  }

  @AfterEach
  void stop() {
    database.close();
  }

  /** {@code "m1"}, or {@code "m1/k"} with a key. */
  private static ReceivedMessage message(String text) {
    String[] parts = text.split("/", 2);
    return ReceivedMessage.from("billing")
        .id(parts[0])
        .key(parts.length == 2 ? parts[1] : null)
        .payload("{}")
        .build();
  }

  private static List<ReceivedMessage> messages(String... texts) {
    return Stream.of(texts).map(InboxBatchContract::message).toList();
  }

  private static List<Status> statuses(List<Result> results) {
    return results.stream().map(Result::status).toList();
  }

  /** Writes each message's id; those that fail do so after that. */
  private static Handler<Exception> effects(String... failing) {
    return context -> {
      String id = context.message().id();
      addEffect(context.connection(), id);
      if (Set.of(failing).contains(id)) {
        throw new IllegalStateException(id + " fails");
      }
    };
  }

  @Test
  void allTakeEffectInOneTransactionAndInOrder() {
    Set<String> transactions = Collections.synchronizedSet(new java.util.HashSet<>());
    List<ReceivedMessage> messages = messages("m3", "m1", "m2");
    List<Result> results =
        inbox.processAll(
            messages,
            context -> {
              transactions.add(database.transaction(context.connection()));
              addEffect(context.connection(), context.message().id());
            });
    assertThat(statuses(results)).containsExactly(PROCESSED, PROCESSED, PROCESSED);
    assertThat(results).allMatch(Result::isDone);
    assertThat(results.stream().map(Result::message)).containsExactlyElementsOf(messages);
    assertThat(database.effects()).containsExactly("m3", "m1", "m2");
    assertThat(database.recorded()).containsExactly("m1", "m2", "m3");
    assertThat(transactions).hasSize(1);
    assertThat(statuses(inbox.processAll(messages, effects()))).containsOnly(DUPLICATE).hasSize(3);
    assertThat(database.effects()).hasSize(3);
  }

  @Test
  void knownOnesAmongNewOnesAreDuplicates() {
    inbox.processAll(messages("m2", "m4"), effects());
    assertThat(statuses(inbox.processAll(messages("m1", "m2", "m3", "m4", "m5"), effects())))
        .containsExactly(PROCESSED, DUPLICATE, PROCESSED, DUPLICATE, PROCESSED);
    assertThat(database.effects()).containsExactly("m2", "m4", "m1", "m3", "m5");
  }

  @Test
  void aFailureUndoesItsOwnMessageWhichRunsAgain() {
    List<Result> results = inbox.processAll(messages("m1", "m2", "m3"), effects("m2"));
    assertThat(statuses(results)).containsExactly(PROCESSED, FAILED, PROCESSED);
    assertThat(results.get(1).failure()).get().hasToString(failure("m2"));
    assertThat(results.get(1).isDone()).isFalse();
    assertThat(database.effects()).containsExactly("m1", "m3");
    assertThat(database.recorded()).containsExactly("m1", "m3");
    assertThat(statuses(inbox.processAll(messages("m1", "m2", "m3"), effects())))
        .containsExactly(DUPLICATE, PROCESSED, DUPLICATE);
    assertThat(database.effects()).containsExactly("m1", "m3", "m2");
  }

  private static String failure(String id) {
    return new IllegalStateException(id + " fails").toString();
  }

  @Test
  void failuresInARowLeaveNothingBehind() {
    assertThat(
            statuses(inbox.processAll(messages("m1", "m2", "m3", "m4"), effects("m1", "m2", "m4"))))
        .containsExactly(FAILED, FAILED, PROCESSED, FAILED);
    assertThat(database.effects()).containsExactly("m3");
    assertThat(database.recorded()).containsExactly("m3");
    assertThat(statuses(inbox.processAll(messages("m1", "m2"), effects("m1", "m2"))))
        .containsOnly(FAILED);
    assertThat(database.recorded()).containsExactly("m3");
  }

  @Test
  void aFailureOfAStatementIsItsMessagesAlone() {
    List<Result> results =
        inbox.processAll(
            messages("m1", "m2", "m3"),
            context -> {
              addEffect(context.connection(), context.message().id());
              if (context.message().id().equals("m2")) {
                TestDatabase.execute(context.connection(), "SELECT nothing FROM nowhere");
              }
            });
    assertThat(statuses(results)).containsExactly(PROCESSED, FAILED, PROCESSED);
    assertThat(results.get(1).failure()).get().isInstanceOf(SQLException.class);
    assertThat(database.effects()).containsExactly("m1", "m3");
  }

  @Test
  void afterAFailureTheRestOfItsKeyIsNotRunWhenOrderCounts() {
    String[] batch = {"m1/a", "m2/b", "m3/a", "m4", "m5/a", "m6/b"};
    assertThat(statuses(inbox.processAll(messages(batch), Order.BY_KEY, effects("m1"))))
        .containsExactly(FAILED, PROCESSED, NOT_RUN, PROCESSED, NOT_RUN, PROCESSED);
    assertThat(database.recorded()).containsExactly("m2", "m4", "m6");
    assertThat(statuses(inbox.processAll(messages(batch), Order.BY_KEY, effects())))
        .containsExactly(PROCESSED, DUPLICATE, PROCESSED, DUPLICATE, PROCESSED, DUPLICATE);
    assertThat(database.effects()).containsExactly("m2", "m4", "m6", "m1", "m3", "m5");
  }

  @Test
  void aKeyStopsNothingWhenOrderDoesNotCount() {
    assertThat(statuses(inbox.processAll(messages("m1/a", "m2/a"), effects("m1"))))
        .containsExactly(FAILED, PROCESSED);
  }

  @Test
  void aStoppedKeyStaysStoppedInTheNextTransactionOfTheCall() {
    List<String> texts =
        new ArrayList<>(IntStream.range(10, 35).mapToObj(i -> "m" + i + "/k" + i % 2).toList());
    List<Result> results =
        inbox.processAll(messages(texts.toArray(String[]::new)), Order.BY_KEY, effects("m14"));
    for (int i = 10; i < 35; i++) {
      Status expected = i == 14 ? FAILED : i > 14 && i % 2 == 0 ? NOT_RUN : PROCESSED;
      assertThat(results.get(i - 10).status()).as("m%d", i).isEqualTo(expected);
    }
  }

  @Test
  void aCopyInTheSameBatchFollowsTheFirst() {
    assertThat(statuses(inbox.processAll(messages("m1", "m2", "m1", "m2", "m1"), effects("m2"))))
        .containsExactly(PROCESSED, FAILED, DUPLICATE, NOT_RUN, DUPLICATE);
    assertThat(database.effects()).containsExactly("m1");
    assertThat(database.recorded()).containsExactly("m1");
  }

  @Test
  void anIdThatCannotBeAKeyFailsAloneAndStopsItsKey() {
    String tooLong = "x".repeat(129);
    List<Result> results =
        inbox.processAll(messages("m1/a", tooLong + "/a", "m2/a", "m3"), Order.BY_KEY, effects());
    assertThat(statuses(results)).containsExactly(PROCESSED, FAILED, NOT_RUN, PROCESSED);
    assertThat(results.get(1).failure()).get().asString().contains("1 to 128 characters");
  }

  @Test
  void aCopyHeldElsewhereIsInProgressAndHoldsUpItsKeyAlone() {
    inbox.process(
        message("m2"),
        context -> {
          List<Result> results =
              inbox.processAll(messages("m1/a", "m2/a", "m3/a", "m4/b"), Order.BY_KEY, effects());
          assertThat(statuses(results)).containsExactly(PROCESSED, IN_PROGRESS, NOT_RUN, PROCESSED);
        });
    assertThat(database.recorded()).containsExactly("m1", "m2", "m4");
  }

  @Test
  void batchesInOppositeOrderDoNotDeadlock() throws Exception {
    List<ReceivedMessage> messages =
        IntStream.range(10, 20).mapToObj(i -> message("m" + i)).toList();
    List<ReceivedMessage> reversed = new ArrayList<>(messages);
    Collections.reverse(reversed);
    Inbox patient =
        Inbox.builder(pool, "billing").retries(0).lockTimeout(Duration.ofMinutes(1)).build();
    for (int round = 0; round < 10; round++) {
      database.execute("DELETE FROM inbox_message");
      database.execute("DELETE FROM effect");
      CompletableFuture<List<Result>> other =
          CompletableFuture.supplyAsync(() -> patient.processAll(reversed, effects()));
      List<Result> results = patient.processAll(messages, effects());
      assertThat(results).allMatch(Result::isDone);
      assertThat(other.get()).allMatch(Result::isDone);
      assertThat(database.effects()).hasSize(10);
    }
  }

  @Test
  void anInterruptedHandlerEndsTheBatch() {
    List<Result> results =
        inbox.processAll(
            messages("m1", "m2", "m3"),
            context -> {
              addEffect(context.connection(), context.message().id());
              if (context.message().id().equals("m2")) {
                throw new InterruptedException();
              }
            });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(statuses(results)).containsExactly(PROCESSED, FAILED, NOT_RUN);
    assertThat(database.effects()).containsExactly("m1");
    assertThat(database.recorded()).containsExactly("m1");
  }

  @Test
  void aHandlerThatCommitsBySqlLosesNoOtherMessage() {
    List<Result> results =
        inbox.processAll(
            messages("m1", "m2", "m3"),
            context -> {
              addEffect(context.connection(), context.message().id());
              if (context.message().id().equals("m2")) {
                TestDatabase.execute(context.connection(), "COMMIT");
              }
            });
    assertThat(statuses(results)).containsExactly(DUPLICATE, DUPLICATE, PROCESSED);
    assertThat(database.effects()).containsExactly("m1", "m2", "m3");
  }

  @Test
  void aDatabaseThatCannotBeReachedFailsAllAndIsAskedOnce() {
    pool.close();
    List<ReceivedMessage> messages =
        IntStream.range(10, 35).mapToObj(i -> message("m" + i)).toList();
    List<Result> results = inbox.processAll(messages, effects());
    assertThat(results.subList(0, 10)).allMatch(result -> result.status() == FAILED);
    assertThat(results.get(0).failure()).get().isInstanceOf(MailroomException.class);
    assertThat(results.subList(10, 25)).allMatch(result -> result.status() == NOT_RUN);
  }
}
