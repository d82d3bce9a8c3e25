package dev.mailroom.inbox;

import static dev.mailroom.inbox.TestDatabase.addEffect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox.Outcome;
import dev.mailroom.inbox.Inbox.Result;
import dev.mailroom.inbox.Inbox.Status;
import dev.mailroom.inbox.InboxDeadLetters.DeadLetter;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.jdbc.Database;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each character, each microsecond, each byte, under any name, on any database. */
abstract class InboxFidelityContract {

  private static final List<String> ALIKE =
      List.of(
          "m", "M", "m ", "m  ", " m", "\u00e9", "e\u0301", "e", "\uD83D\uDE00", "\uD83D\uDE01");

  /** Around the hour that clocks in Berlin never show and the one that they show twice. */
  private static final List<Instant> TIMES =
      Stream.of(
              "2021-03-28T00:59:59.999999Z",
              "2021-03-28T01:00:00.000001Z",
              "2021-03-28T02:30:00.123456Z",
              "2021-10-31T00:30:00.100001Z",
              "2021-10-31T01:30:00.100001Z",
              "2021-10-31T02:30:00.654321Z")
          .map(Instant::parse)
          .toList();

  private TestDatabase database;

  abstract TestDatabase create();

  @BeforeEach
  void start() {
    database = create();
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private static ReceivedMessage message(String id) {
    return ReceivedMessage.of(id, "payload of " + id);
  }

  /** Sessions whose clocks show another time than UTC, in a zone with a DST if there is one. */
  private HikariDataSource farFromUtc() {
    HikariDataSource pool = database.pool(2);
    pool.setConnectionInitSql(
        switch (database.database) {
          case POSTGRESQL, H2 -> "SET TIME ZONE 'Europe/Berlin'";
          case MARIADB, MYSQL -> "SET time_zone = '-11:00'";
        });
    return pool;
  }

  @Test
  void idsThatAreAlikeAreDifferentMessagesOfABatchAndDifferentDeadLetters() {
    Inbox inbox = Inbox.of(database.pool(2), "billing");
    List<ReceivedMessage> messages = ALIKE.stream().map(id -> message(id)).toList();
    assertThat(inbox.processAll(messages, c -> addEffect(c.connection(), c.message().id())))
        .extracting(Result::status)
        .containsOnly(Status.PROCESSED);
    assertThat(database.effects()).containsExactlyElementsOf(ALIKE);
    ALIKE.forEach(id -> inbox.deadLetters().store(message(id), new IllegalStateException(id)));
    for (String id : ALIKE) {
      assertThat(inbox.deadLetters().find(id))
          .hasValueSatisfying(
              letter -> assertThat(letter.message().payload()).isEqualTo("payload of " + id));
    }
  }

  @Test
  void consumersThatAreAlikeProcessForThemselves() {
    HikariDataSource pool = database.pool(2);
    for (String consumer : ALIKE) {
      assertThat(Inbox.of(pool, consumer).process(message("m1"), c -> {}))
          .as(consumer)
          .isEqualTo(Outcome.PROCESSED);
    }
  }

  @Test
  void nulIsNoPartOfAnId() {
    Inbox inbox = Inbox.of(database.pool(2), "billing");
    assertThatThrownBy(() -> inbox.process(message("m\0"), c -> {}))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("U+0000");
  }

  @Test
  void timesOfDeadLettersComeBackToTheMicrosecondFromAnyZone() {
    HikariDataSource far = farFromUtc();
    InboxDeadLetters letters = Inbox.of(far, "billing").deadLetters();
    InboxDeadLetters near = Inbox.of(database.pool(2), "billing").deadLetters();
    for (Instant time : TIMES) {
      ReceivedMessage message =
          message(time.toString()).toBuilder()
              .createdAt(time)
              .sentAt(time.plusNanos(1_000))
              .build();
      letters.store(message, new IllegalStateException("fails"));
      for (InboxDeadLetters each : List.of(letters, near)) {
        DeadLetter letter = each.find(time.toString()).orElseThrow();
        assertThat(letter.message().createdAt()).contains(time);
        assertThat(letter.message().sentAt()).contains(time.plusNanos(1_000));
        assertThat(Duration.between(letter.deadAt(), Instant.now()).abs())
            .isLessThan(Duration.ofMinutes(5));
      }
    }
  }

  @Test
  void whatIsOldIsSoInAnyZone() {
    HikariDataSource far = farFromUtc();
    Inbox inbox = Inbox.builder(far, "billing").retention(Duration.ofDays(1)).build();
    Stream.of("00-now", "01-young", "02-old").forEach(id -> inbox.process(message(id), c -> {}));
    String aged = "UPDATE inbox_message SET processed_at = %s WHERE message_id = '%s'";
    database.execute(aged.formatted(database.hoursAgo(23), "01-young"));
    database.execute(aged.formatted(database.hoursAgo(25), "02-old"));
    assertThat(inbox.cleaner().clean()).isEqualTo(1);
    assertThat(database.recorded()).containsExactly("00-now", "01-young");
    String future = " FROM inbox_message WHERE processed_at > " + database.hoursAgo(-1);
    assertThat(database.texts("SELECT message_id" + future)).isEmpty();
  }

  @Test
  void aDeadLetterMayHaveAMebibyte() {
    String payload = "\uD83D\uDE00".repeat(1 << 18);
    InboxDeadLetters letters = Inbox.of(database.pool(2), "billing").deadLetters();
    letters.store(
        ReceivedMessage.of("m1", payload), new IllegalStateException("x".repeat(1 << 20)));
    assertThat(letters.find("m1").orElseThrow().message().payload()).isEqualTo(payload);
  }

  @Test
  void whatIsTooLongToKeepIsCutAndMarked() {
    InboxDeadLetters letters = Inbox.of(database.pool(2), "billing").deadLetters();
    String tooLong = "\uD83D\uDE00".repeat(2_000);
    letters.store(
        ReceivedMessage.from(tooLong).id("m1").type(tooLong).key(tooLong).payload("{}").build(),
        new IllegalStateException("fails"));
    ReceivedMessage kept = letters.find("m1").orElseThrow().message();
    assertThat(Stream.of(kept.source(), kept.type().orElse(""), kept.key().orElse("")))
        .allSatisfy(
            text ->
                assertThat(text).startsWith("\uD83D\uDE00").endsWith("\uD83D\uDE00…").hasSize(999));
  }

  @Test
  void worksUnderAnyNames() throws SQLException {
    HikariDataSource pool = database.pool(2);
    for (TableNames names : names()) {
      InboxSchema.migrate(pool, names);
      Inbox inbox = Inbox.builder(pool, "billing").tables(names).build();
      List<ReceivedMessage> messages = List.of(message("m1"), message("m2"));
      assertThat(inbox.process(message("m1"), c -> {})).isEqualTo(Outcome.PROCESSED);
      assertThat(inbox.processAll(messages, c -> {}))
          .extracting(Result::status)
          .containsExactly(Status.DUPLICATE, Status.PROCESSED);
      inbox.deadLetters().store(message("m3"), new IllegalStateException("fails"));
      assertThat(inbox.deadLetters().list(Optional.empty(), 10)).hasSize(1);
      assertThat(inbox.deadLetters().discard("m3")).isTrue();
      String table = names.in("inbox_message", database.database);
      database.execute("UPDATE " + table + " SET processed_at = " + database.daysAgo(31));
      assertThat(inbox.cleaner().clean()).isEqualTo(2);
      dropSchema(names);
    }
    assertThat(database.recorded()).isEmpty();
  }

  private List<TableNames> names() {
    TableNames upper = TableNames.DEFAULT.inSchema(database.name().toUpperCase(Locale.ROOT));
    return List.of(TableNames.DEFAULT.withPrefix("Shop_"), upper, upper.withPrefix("x"));
  }

  private void dropSchema(TableNames names) {
    boolean cascades = database.database == Database.POSTGRESQL || database.database == Database.H2;
    names
        .schema()
        .ifPresent(
            schema ->
                database.execute(
                    "DROP SCHEMA " + database.quoted(schema) + (cascades ? " CASCADE" : "")));
  }
}
