package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.outbox.Codec;
import dev.mailroom.outbox.JacksonCodec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Handlers that take too long, payloads that cannot be decoded, types unknown, poison. */
class SqsConsumerTroubleIT {

  private final Stage stage = new Stage("");
  private final ConcurrentLinkedQueue<String> stored = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    stage.close();
  }

  record Said(int number) {}

  @Test
  void aHandlerThatTakesTooLongIsInterruptedAndItsMessageComesAgain() {
    AtomicInteger runs = new AtomicInteger();
    stage.send("said");
    stage.start(
        stage
            .consumer()
            .visibility(Duration.ofMinutes(10))
            .maxProcessing(Duration.ofMillis(300))
            .on(
                "Said",
                (message, context) -> {
                  Stage.record(message, context);
                  if (runs.incrementAndGet() == 1) {
                    new CountDownLatch(1).await();
                  }
                }));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactly("said");
    assertThat(runs).hasValueGreaterThan(1);
    assertThat(stage.heard.interrupted).hasPositiveValue();
    assertThat(stage.heard.failures).hasAtLeastOneElementOfType(InterruptedException.class);
  }

  @Test
  void anInterruptOfOneHandlerDoesNotHitTheNext() {
    IntStream.range(0, 20).forEach(i -> stage.send("slow"));
    AtomicInteger runs = new AtomicInteger();
    stage.start(
        stage
            .consumer()
            .concurrency(1)
            .maxProcessing(Duration.ofSeconds(1))
            .on(
                "Said",
                (message, context) -> {
                  if (runs.incrementAndGet() == 1) {
                    new CountDownLatch(1).await();
                  }
                  assertThat(Thread.currentThread().isInterrupted()).isFalse();
                  Stage.record(message, context);
                }));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).hasSize(20);
    assertThat(stage.heard.failures).hasOnlyElementsOfType(InterruptedException.class);
  }

  @Test
  void payloadsBecomeObjectsAndThoseThatCannotFailWithoutBeingQuoted() {
    stage.send("{\"number\": 7}");
    stage.send("{\"number\": \"secret\"}");
    ConcurrentLinkedQueue<Said> said = new ConcurrentLinkedQueue<>();
    stage.start(
        stage
            .consumer()
            .codec(JacksonCodec.create())
            .on("Said", Said.class, (payload, context) -> said.add(payload)));
    await().atMost(Stage.PATIENCE).until(() -> !stage.heard.failures.isEmpty() && !said.isEmpty());
    assertThat(said).containsExactly(new Said(7));
    assertThat(stage.heard.failures.peek())
        .hasMessageContaining("cannot be decoded as " + Said.class.getName())
        .hasMessageContaining("at number")
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }

  @Test
  void unknownTypesCanBeIgnored() {
    stage.send("said");
    stage.start(stage.consumer().unknownTypes(UnknownTypes.IGNORE).on("Other", Stage::record));
    stage.awaitEmptyQueue();
    assertThat(stage.heard.ignored).hasValue(1);
    assertThat(stage.effects()).isEmpty();
  }

  @Test
  void unknownTypesCanBecomeDeadLettersAtOnce() {
    stage.send("said");
    stage.start(
        stage
            .consumer()
            .deadLetters(10, (message, error) -> stored.add(message.payload()))
            .unknownTypes(UnknownTypes.DEAD_LETTER)
            .on("Other", Stage::record));
    stage.awaitEmptyQueue();
    assertThat(stored).containsExactly("said");
    assertThat(stage.heard.deadLetters).hasSize(1);
  }

  @Test
  void whatFailsTooOftenIsStoredOnceAndLeavesTheQueue() {
    stage.send("poison");
    AtomicInteger refusals = new AtomicInteger();
    stage.start(
        stage
            .consumer()
            .deadLetters(
                2,
                (message, error) -> {
                  if (refusals.incrementAndGet() == 1) {
                    throw new IllegalStateException("the database is away");
                  }
                  stored.add(message.payload() + " " + error.getMessage());
                })
            .on(
                "Said",
                (message, context) -> {
                  Stage.record(message, context);
                  throw new IllegalStateException("always");
                }));
    stage.awaitEmptyQueue();
    assertThat(stored).containsExactly("poison always");
    assertThat(stage.heard.failures).hasSize(3);
    assertThat(stage.effects()).isEmpty();
  }

  @Test
  void aBatchCommitsTogetherAndAFailureComesAgainAlone() {
    List<String> said = IntStream.range(0, 60).mapToObj(i -> "m" + i).toList();
    said.forEach(stage::send);
    AtomicInteger failures = new AtomicInteger();
    Set<String> transactions = ConcurrentHashMap.newKeySet();
    stage.start(
        stage
            .consumer()
            .batch(10)
            .concurrency(2)
            .on(
                "Said",
                (message, context) -> {
                  Stage.record(message, context);
                  transactions.add(transaction(context.connection()));
                  if (message.payload().endsWith("3") && message.receiveCount() == 1) {
                    failures.incrementAndGet();
                    throw new IllegalStateException("the first time");
                  }
                }));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactlyInAnyOrderElementsOf(said);
    assertThat(failures).hasPositiveValue();
    assertThat(transactions).hasSizeLessThan(60);
  }

  private static String transaction(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_current_xact_id()::text")) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void anyOtherExceptionOfACodecIsToldByItsClass() {
    Codec quoting =
        new Codec() {
          @Override
          public String encode(Object value) {
            return value.toString();
          }

          @Override
          public <T> T decode(String payload, Class<T> type) {
            throw new IllegalArgumentException(payload);
          }
        };
    stage.send("secret");
    stage.start(stage.consumer().codec(quoting).on("Said", String.class, (s, context) -> {}));
    await().atMost(Stage.PATIENCE).until(() -> !stage.heard.failures.isEmpty());
    assertThat(stage.heard.failures.peek())
        .hasMessageContaining("IllegalArgumentException")
        .hasMessageNotContaining("secret");
  }
}
