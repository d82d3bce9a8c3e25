package dev.mailroom.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.jdbc.TableNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is old goes, by whoever cleans, on any database. */
abstract class InboxCleanerContract {

  private TestDatabase database;
  private HikariDataSource pool;
  private InboxCleaner cleaner;

  abstract TestDatabase create();

  @BeforeEach
  void start() {
    database = create();
    pool = database.pool(8);
    cleaner = InboxCleaner.builder(pool, "billing").build();
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private static String uuid7(int daysAgo) {
    long millis = Instant.now().minus(Duration.ofDays(daysAgo)).toEpochMilli();
    UUID random = UUID.randomUUID();
    return new UUID(
            (millis << 16) | 0x7000 | (random.getMostSignificantBits() & 0xFFF),
            random.getLeastSignificantBits())
        .toString();
  }

  private void add(String consumer, List<String> ids, int daysAgo) {
    try (Connection connection = pool.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO inbox_message (consumer, message_id, processed_at) VALUES (?, ?, "
                    + database.daysAgo(daysAgo)
                    + ")")) {
      connection.setAutoCommit(false);
      for (String id : ids) {
        insert.setString(1, consumer);
        insert.setString(2, id);
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void deletesWhatIsOldAndNothingElse() {
    String oldId = uuid7(31);
    String newId = uuid7(29);
    String late = uuid7(60);
    add("billing", List.of(oldId, "00-foreign-old", "ff-foreign-old", "😀 old"), 31);
    add("billing", List.of(newId, late, "00-foreign-new", "ff-foreign-new", "😀 new"), 29);
    add("shipping", List.of(oldId), 31);
    assertThat(cleaner.clean()).isEqualTo(4);
    assertThat(database.recorded())
        .containsExactlyInAnyOrder(
            newId, late, oldId, "00-foreign-new", "ff-foreign-new", "😀 new");
    assertThat(cleaner.clean()).isZero();
  }

  @Test
  void severalCleanersAtOnceDeleteEachRowOnce() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5_500; i++) {
      ids.add(i % 3 == 0 ? UUID.randomUUID().toString() : uuid7(40));
    }
    add("billing", ids, 40);
    List<CompletableFuture<Long>> cleaners = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      cleaners.add(CompletableFuture.supplyAsync(cleaner::clean));
    }
    long deleted = cleaners.stream().mapToLong(CompletableFuture::join).sum();
    assertThat(deleted + cleaner.clean()).isEqualTo(5_500);
    assertThat(database.recorded()).isEmpty();
  }

  @Test
  void waitsForNobody() throws SQLException {
    add("billing", List.of("00-a", "00-b", "00-c"), 40);
    try (Connection other = pool.getConnection()) {
      other.setAutoCommit(false);
      TestDatabase.texts(
          other,
          "SELECT message_id FROM inbox_message"
              + " WHERE consumer = 'billing' AND message_id = '00-b' FOR UPDATE");
      assertThat(cleaner.clean()).isEqualTo(2);
      other.rollback();
    }
    assertThat(cleaner.clean()).isEqualTo(1);
  }

  @Test
  void aClockThatWasAheadDelaysCleaningOnly() {
    add("billing", List.of("00-a"), -3);
    assertThat(cleaner.clean()).isZero();
    assertThat(database.recorded()).containsExactly("00-a");
  }

  /** The id tells the time of the writer's clock, and no more than where the row is. */
  @Test
  void writersWhoseClocksAreAstrayDelayNothingAndLoseNothing() {
    String aheadNew = uuid7(-400);
    String behindNew = uuid7(400);
    add("billing", List.of(uuid7(-400), uuid7(400)), 31);
    add("billing", List.of(aheadNew, behindNew), 29);
    assertThat(cleaner.clean()).isEqualTo(2);
    assertThat(database.recorded()).containsExactlyInAnyOrder(aheadNew, behindNew);
  }

  @Test
  void anInboxHasACleanerOfItsRetention() {
    Inbox inbox = Inbox.builder(pool, "billing").retention(Duration.ofDays(5)).build();
    add("billing", List.of(uuid7(6), "00-old"), 6);
    add("billing", List.of("00-new"), 4);
    assertThat(inbox.cleaner().retention()).isEqualTo(Duration.ofDays(5));
    assertThat(inbox.cleaner().clean()).isEqualTo(2);
    assertThat(database.recorded()).containsExactly("00-new");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Inbox.builder(pool, "c").retention(Duration.ofHours(1)).build())
        .withMessageContaining("retention must be PT24H to PT87600H, but is PT1H");
  }

  @Test
  void leavesTheConnectionAsItWas() throws SQLException {
    HikariDataSource one = database.pool(1);
    InboxCleaner.builder(one, "billing").build().clean();
    try (Connection connection = one.getConnection()) {
      assertThat(connection.getAutoCommit()).isTrue();
    }
  }

  @Test
  void aRetentionThatQueuesOutliveIsRefusedAndNothingIsDeleted() {
    add("billing", List.of("00-a"), 40);
    cleaner.requireRetention(Duration.ofDays(15), Duration.ofDays(14));
    assertThatExceptionOfType(MailroomException.class)
        .isThrownBy(() -> cleaner.requireRetention(Duration.ofDays(15), Duration.ofDays(15)))
        .withMessageContaining("is PT720H")
        .withMessageContaining("to PT744H or more");
    assertThatExceptionOfType(MailroomException.class)
        .isThrownBy(() -> cleaner.clean())
        .withMessageStartingWith("not cleaned: the retention of inbox 'billing' is PT720H");
    assertThat(database.recorded()).containsExactly("00-a");
    InboxCleaner forced = InboxCleaner.builder(pool, "billing").force().build();
    forced.requireRetention(Duration.ofDays(15), Duration.ofDays(15));
    assertThat(forced.clean()).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InboxCleaner.builder(pool, "c").retention(Duration.ofHours(1)).build())
        .withMessageContaining("retention must be PT24H to PT87600H, but is PT1H");
  }

  @Test
  void cleansByItselfUntilItIsCancelled() {
    ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    try {
      add("billing", List.of("00-a"), 40);
      var unused = cleaner.start(scheduler, Duration.ofSeconds(1));
      await().until(() -> database.recorded().isEmpty());
      add("billing", List.of("00-b"), 40);
      await().until(() -> database.recorded().isEmpty());
    } finally {
      scheduler.shutdownNow();
    }
  }

  @Test
  void tablesCanHaveAPrefix() {
    TableNames names = TableNames.DEFAULT.withPrefix("My_");
    database.script(InboxSchema.print(database.database, names));
    Inbox inbox = Inbox.builder(pool, "billing").tables(names).build();
    inbox.process(ReceivedMessage.of("m1", "{}"), context -> {});
    inbox.deadLetters().store(ReceivedMessage.of("m2", "{}"), new IllegalStateException());
    assertThat(database.recorded()).isEmpty();
    assertThat(database.texts("SELECT message_id FROM My_inbox_message")).containsExactly("m1");
    assertThat(inbox.deadLetters().find("m2")).isPresent();
    assertThat(inbox.cleaner().clean()).isZero();
  }
}
