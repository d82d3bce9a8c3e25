package dev.mailroom.inbox;

import static dev.mailroom.inbox.TestDatabase.addEffect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mailroom.inbox.Inbox.Outcome;
import dev.mailroom.inbox.InboxDeadLetters.DeadLetter;
import dev.mailroom.outbox.Headers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages that were given up on, on any database. */
abstract class InboxDeadLettersContract {

  private TestDatabase database;
  private Inbox inbox;
  private InboxDeadLetters letters;

  abstract TestDatabase create();

  @BeforeEach
  void start() {
    database = create();
    inbox = Inbox.of(database.pool(2), "billing");
    letters = inbox.deadLetters();
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private static ReceivedMessage message(String id) {
    return ReceivedMessage.of(id, "payload of " + id);
  }

  private void store(String id) {
    letters.store(message(id), new IOException("no disk"));
  }

  @Test
  void keepsAllThatIsKnownOfAMessage() {
    Instant time = Instant.parse("2026-11-24T10:20:30.123456Z");
    ReceivedMessage message =
        ReceivedMessage.from("orders")
            .id("m 1 😀")
            .type("OrderPlaced")
            .key("😀")
            .headers(Headers.of(Map.of("tenant", new Headers.Value.Texts(List.of("a\0b", "😀")))))
            .payload("NUL \0 and 😀")
            .createdAt(time)
            .sentAt(time.plusSeconds(1))
            .receiveCount(7)
            .build();
    letters.store(message, new IllegalStateException("why \0", new IOException("no disk")));
    DeadLetter letter = letters.find("m 1 😀").orElseThrow();
    assertThat(letter.message()).usingRecursiveComparison().isEqualTo(message);
    assertThat(letter.error())
        .isEqualTo(
            "java.lang.IllegalStateException: why \uFFFD\ncaused by java.io.IOException: no disk");
    assertThat(Duration.between(letter.deadAt(), Instant.now()).abs())
        .isLessThan(Duration.ofMinutes(5));
    assertThat(letter.toString()).doesNotContain("NUL").doesNotContain("no disk");
  }

  @Test
  void aMessageIsKeptOnceWithItsLastError() {
    store("m1");
    Instant first = letters.find("m1").orElseThrow().deadAt();
    letters.store(message("m1"), new IllegalStateException("again"));
    assertThat(letters.list(Optional.empty(), 10))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.error()).contains("again");
              assertThat(letter.deadAt()).isEqualTo(first);
            });
  }

  @Test
  void longErrorsAreShortenedBetweenCharacters() {
    letters.store(message("m1"), new IllegalStateException("😀".repeat(5_000)));
    String error = letters.find("m1").orElseThrow().error();
    assertThat(error).endsWith("😀…").hasSizeBetween(3_900, 4_000);
  }

  @Test
  void eachConsumerHasItsOwn() {
    store("m1");
    InboxDeadLetters other = Inbox.of(database.pool(1), "shipping").deadLetters();
    assertThat(other.list(Optional.empty(), 10)).isEmpty();
    assertThat(other.discard("m1")).isFalse();
    assertThat(letters.find("m1")).isPresent();
  }

  @Test
  void listsPageByPage() {
    IntStream.range(10, 17).forEach(i -> store("m" + i));
    List<DeadLetter> first = letters.list(Optional.empty(), 5);
    assertThat(first)
        .extracting(each -> each.message().id())
        .containsExactly("m10", "m11", "m12", "m13", "m14");
    assertThat(letters.list(Optional.of("m14"), 5))
        .extracting(each -> each.message().id())
        .containsExactly("m15", "m16");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> letters.list(Optional.empty(), 1_001))
        .withMessageContaining("limit must be 1 to 1000, but is 1001");
  }

  @Test
  void redriveTakesEffectAndRemovesInOneTransaction() throws Exception {
    store("m1");
    Optional<Outcome> outcome =
        letters.redrive(
            "m1",
            context -> {
              addEffect(context.connection(), context.message().payload());
              assertThat(letters.find("m1")).isPresent();
            });
    assertThat(outcome).contains(Outcome.PROCESSED);
    assertThat(letters.find("m1")).isEmpty();
    assertThat(database.effects()).containsExactly("payload of m1");
    assertThat(inbox.process(message("m1"), context -> {})).isEqualTo(Outcome.DUPLICATE);
    assertThat(letters.redrive("m1", context -> {})).isEmpty();
  }

  @Test
  void aRedriveThatFailsLeavesAllAsItWas() {
    store("m1");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                letters.redrive(
                    "m1",
                    context -> {
                      addEffect(context.connection(), "undone");
                      throw new IOException("still no disk");
                    }));
    assertThat(letters.find("m1")).isPresent();
    assertThat(database.effects()).isEmpty();
    assertThat(database.recorded()).isEmpty();
  }

  @Test
  void whatTookEffectMeanwhileIsADuplicateAndRemoved() {
    store("m1");
    inbox.process(message("m1"), context -> {});
    assertThat(letters.redrive("m1", context -> {})).contains(Outcome.DUPLICATE);
    assertThat(letters.find("m1")).isEmpty();
  }

  @Test
  void discardRemoves() {
    store("m1");
    assertThat(letters.discard("m1")).isTrue();
    assertThat(letters.discard("m1")).isFalse();
    assertThat(inbox.process(message("m1"), context -> {})).isEqualTo(Outcome.PROCESSED);
  }

  /** The key may be what failed. */
  @Test
  void keepsWhatHasNoKeyUnderItsId() throws Exception {
    Inbox keyless =
        Inbox.builder(database.pool(1), "billing")
            .key(
                message -> {
                  throw new IllegalStateException("no key");
                })
            .build();
    keyless.deadLetters().store(message("m1"), new IOException("no key"));
    assertThat(letters.find("m1")).isPresent();
    assertThat(letters.redrive("m1", c -> addEffect(c.connection(), "done")))
        .contains(Outcome.PROCESSED);
    assertThat(database.recorded()).containsExactly("m1");
  }

  @Test
  void keepsEachMessageWhoseIdIsTooLongOnce() {
    String tooLong = "m".repeat(129);
    store(tooLong);
    store(tooLong);
    letters.store(ReceivedMessage.of(tooLong, "another"), new IOException("no disk"));
    List<DeadLetter> kept = letters.list(Optional.empty(), 10);
    assertThat(kept)
        .extracting(letter -> letter.message().payload())
        .containsExactlyInAnyOrder("payload of " + tooLong, "another");
    assertThat(letters.redrive(kept.get(0).message().id(), c -> {})).contains(Outcome.PROCESSED);
  }
}
