package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.jdbc.DeadLetters.Cursor;
import dev.mailroom.outbox.jdbc.DeadLetters.DeadLetter;
import dev.mailroom.outbox.jdbc.DeadLetters.Filter;
import dev.mailroom.outbox.jdbc.DeadLetters.Outlook;
import dev.mailroom.outbox.jdbc.Destinations.Known;
import dev.mailroom.outbox.jdbc.Destinations.Pause;
import dev.mailroom.relay.OutboxStore.Destination;
import dev.mailroom.relay.OutboxStore.Mark;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators do, each with no more than an operator's privileges. */
abstract class OperatorsSuite {

  private static final String MARKED =
      "SELECT message_key FROM outbox_parked WHERE mark IS NOT NULL"
          + " ORDER BY destination, partition_no, seq";
  private static final String RECORDED =
      "SELECT concat_ws(' ', acted_by, act, affected, selection) FROM outbox_operation"
          + " ORDER BY operation_id";

  private final TestServer server;

  private TestDatabase database;
  private DeadLetters dead;
  private Destinations destinations;

  OperatorsSuite(Database kind) {
    server = TestServer.of(kind);
  }

  @BeforeEach
  void migrate() {
    database = server.withOutbox();
    database.grantRoles();
    DataSource operator = database.as("operator");
    dead = DeadLetters.of(operator);
    destinations = Destinations.of(operator);
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** Rows k1, k2, … of a destination. */
  private void park(String destination, String state, int count) {
    String insert =
        "INSERT INTO outbox_parked (destination, message_id, message_key, message_type, payload,"
            + " state, attempts, last_error) VALUES ('%s', ?, ?, ?, 'x', '%s', ?, ?)";
    try (Connection connection = database.begin();
        PreparedStatement rows =
            connection.prepareStatement(insert.formatted(destination, state))) {
      for (int i = 1; i <= count; i++) {
        rows.setObject(1, database.server.id(UUID.randomUUID()));
        rows.setString(2, "k" + i);
        rows.setString(3, "T" + i % 2);
        rows.setInt(4, i);
        rows.setString(5, "error no " + i + " of 100%");
        rows.addBatch();
      }
      rows.executeBatch();
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Filter to(String destination) {
    return Filter.all().destination(destination);
  }

  private List<Optional<String>> keys(Filter filter) {
    return dead.list(filter, null, 1_000).stream()
        .map(DeadLetter::key)
        .sorted((a, b) -> a.orElse("").compareTo(b.orElse("")))
        .toList();
  }

  @Test
  void listsTheDeadOnlyPageByPage() {
    park("orders", "DEAD", 25);
    park("bills", "DEAD", 12);
    park("orders", "BLOCKED", 3);
    List<DeadLetter> all = dead.list(Filter.all(), null, 1_000);
    assertThat(all).hasSize(37);
    assertThat(all.stream().map(letter -> letter.cursor().messageId().toString()))
        .containsExactlyElementsOf(
            database.query(
                "SELECT message_id FROM outbox_parked WHERE state = 'DEAD'"
                    + " ORDER BY destination, partition_no, seq"));

    List<DeadLetter> paged = new ArrayList<>();
    Cursor place = null;
    List<DeadLetter> page;
    do {
      page = dead.list(Filter.all(), place, 5);
      paged.addAll(page);
      place = page.isEmpty() ? place : page.get(page.size() - 1).cursor();
    } while (page.size() == 5);
    assertThat(paged).isEqualTo(all);
    assertThat(dead.count(Filter.all(), 1_000)).isEqualTo(37);
    assertThat(dead.count(Filter.all(), 10)).isEqualTo(10);
    assertThat(dead.count(to("nobody"), 10)).isZero();
  }

  @Test
  void showsWhatIsKnownOfADeadMessage() {
    park("orders", "DEAD", 1);
    dead.discard(Filter.all(), "me");
    DeadLetter letter = dead.list(Filter.all(), null, 10).get(0);
    assertThat(letter.cursor().destination()).isEqualTo("orders");
    assertThat(letter.key()).contains("k1");
    assertThat(letter.type()).isEqualTo("T1");
    assertThat(letter.attempts()).isEqualTo(1);
    assertThat(letter.error()).contains("error no 1 of 100%");
    assertThat(letter.mark()).contains(Mark.DISCARD);
    assertThat(letter.parkedAt()).isBetween(letter.createdAt(), Instant.now());
  }

  @Test
  void filtersByAllThatIsGiven() {
    park("orders", "DEAD", 12);
    park("bills", "DEAD", 12);
    List<DeadLetter> orders = dead.list(to("orders"), null, 100);
    assertThat(orders).hasSize(12);
    assertThat(keys(to("orders").key("k3"))).containsExactly(Optional.of("k3"));
    assertThat(keys(to("orders").type("T0"))).hasSize(6);
    assertThat(keys(to("orders").errorContaining("no 1"))).hasSize(4);
    assertThat(keys(to("orders").errorContaining("no 1 of 100%"))).hasSize(1);
    assertThat(keys(to("orders").errorContaining("%1%"))).as("no pattern").isEmpty();
    assertThat(keys(Filter.all().key("k3").type("T0"))).isEmpty();
    UUID one = orders.get(4).cursor().messageId();
    assertThat(dead.list(Filter.all().ids(Set.of(one, new UUID(1, 1))), null, 100))
        .containsExactly(orders.get(4));

    Instant time = Instant.parse("2020-01-01T00:00:00Z");
    database.execute(
        "UPDATE outbox_parked SET parked_at = ? WHERE message_key = 'k5'", server.time(time));
    assertThat(keys(Filter.all().parkedFrom(time).parkedBefore(time.plusNanos(1_000)))).hasSize(2);
    assertThat(keys(Filter.all().parkedBefore(time))).isEmpty();
    assertThat(keys(Filter.all().parkedFrom(time.plusNanos(1_000)))).hasSize(22);
    assertThat(to("orders").errorContaining("x")).hasToString("destination=orders error~x");
    assertThat(Filter.all()).hasToString("all");
  }

  @Test
  void marksWhatIsChosenOnceAndRecordsIt() {
    park("orders", "DEAD", 3);
    park("orders", "BLOCKED", 3);
    park("bills", "DEAD", 2);
    assertThat(dead.retry(to("orders").key("k2"), "ann")).isEqualTo(1);
    assertThat(database.query(MARKED)).containsExactly("k2");
    assertThat(dead.discard(to("orders"), "bob")).as("not what ann has marked").isEqualTo(2);
    assertThat(dead.discard(to("orders"), "bob")).isZero();
    assertThat(
            database.query(
                "SELECT concat(message_key, ' ', mark) FROM outbox_parked"
                    + " WHERE mark IS NOT NULL AND due_at <= "
                    + server.now()
                    + " ORDER BY 1"))
        .containsExactly("k1 DISCARD", "k2 RETRY", "k3 DISCARD");
    assertThat(database.query(RECORDED))
        .containsExactly(
            "ann RETRY 1 destination=orders key=k2",
            "bob DISCARD 2 destination=orders",
            "bob DISCARD 0 destination=orders");
  }

  @Test
  void aPaceSpacesMessagesInTheirOrderOverAllChunks() {
    park("orders", "DEAD", 1_234);
    assertThat(dead.retry(Filter.all(), "me", 4)).isEqualTo(1_234);
    List<Instant> due =
        database
            .query("SELECT due_at FROM outbox_parked ORDER BY destination, partition_no, seq")
            .stream()
            .map(server::time)
            .toList();
    assertThat(due).hasSize(1_234);
    assertThat(IntStream.range(1, due.size()))
        .allMatch(i -> Duration.between(due.get(i - 1), due.get(i)).toMillis() == 250);
    assertThat(database.query(RECORDED)).containsExactly("me RETRY 1234 all at 4.0/s");
    assertThat(dead.list(Filter.all(), null, 1_000)).allMatch(letter -> letter.mark().isPresent());
  }

  @Test
  void aChunkThatIsJustFullEndsWell() {
    park("orders", "DEAD", 1_000);
    assertThat(dead.discard(Filter.all(), "me")).isEqualTo(1_000);
    assertThat(database.query(RECORDED)).containsExactly("me DISCARD 1000 all");
  }

  @Test
  void twoOperatorsAtOnceMarkEachMessageOnce() {
    park("orders", "DEAD", 2_000);
    CompletableFuture<Long> other =
        CompletableFuture.supplyAsync(() -> dead.discard(Filter.all(), "other"));
    long mine = dead.retry(Filter.all(), "me");
    assertThat(mine + other.join()).isEqualTo(2_000);
    assertThat(database.query("SELECT sum(affected) FROM outbox_operation"))
        .containsExactly("2000");
  }

  @Test
  void tellsBeforehandWhatWouldHappen() {
    park("orders", "DEAD", 3);
    park("orders", "DEAD", 2);
    park("orders", "BLOCKED", 4);
    park("bills", "BLOCKED", 4);
    database.execute(
        "INSERT INTO outbox_parked (destination, message_id, message_type, payload, state)"
            + " VALUES ('orders', ?, 'T', 'x', 'DEAD')",
        database.server.id(UUID.randomUUID()));
    assertThat(dead.tryRetry(to("orders"), 2))
        .as("k1 and k2 twice, k3, and one without a key; behind them k1 to k3, but not k4")
        .isEqualTo(new Outlook(6, 3, 3, Duration.ofSeconds(3)));
    assertThat(dead.tryAtOnce(to("orders").key("k2")))
        .isEqualTo(new Outlook(2, 1, 1, Duration.ZERO));
    assertThat(dead.tryAtOnce(to("bills"))).isEqualTo(new Outlook(0, 0, 0, Duration.ZERO));
    assertThat(database.query(MARKED)).isEmpty();
    assertThat(database.query(RECORDED)).isEmpty();

    dead.retry(to("orders").key("k2"), "me");
    assertThat(dead.tryAtOnce(to("orders")).messages()).as("not yet marked").isEqualTo(4);
  }

  /** A message that was scheduled holds up nobody. */
  @Test
  void nothingWaitsBehindWhatWasScheduled() {
    park("orders", "DEAD", 1);
    park("orders", "BLOCKED", 1);
    database.execute(
        "UPDATE outbox_parked SET deliver_at = " + server.now() + " WHERE state = 'DEAD'");
    assertThat(dead.tryAtOnce(Filter.all())).isEqualTo(new Outlook(1, 1, 0, Duration.ZERO));
  }

  @Test
  void pausesAndResumesDestinations() {
    assertThat(destinations.list()).isEmpty();
    assertThat(destinations.pause("orders", "ann", "the topic is gone")).isTrue();
    assertThat(destinations.pause("orders", "bob", "me too")).isFalse();
    Known orders = destinations.list().get(0);
    assertThat(orders.name()).isEqualTo("orders");
    assertThat(orders.pause())
        .get()
        .extracting(Pause::by, Pause::reason)
        .isEqualTo(tuple("ann", "the topic is gone").toList());
    assertThat(orders.pause().get().since())
        .isBetween(orders.firstSeen().minusSeconds(1), Instant.now());
    assertThat(JdbcOutboxStore.of(database.pool()).destinations())
        .containsExactly(new Destination("orders", true));

    assertThat(destinations.resume("orders", "bob")).isTrue();
    assertThat(destinations.resume("orders", "bob")).isFalse();
    assertThat(destinations.resume("nobody", "bob")).isFalse();
    assertThat(destinations.list())
        .extracting(Known::name, Known::pause)
        .containsExactly(tuple("orders", Optional.empty()));
    assertThat(database.query(RECORDED))
        .containsExactly("ann PAUSE 1 orders: the topic is gone", "bob RESUME 1 orders");
  }

  @Test
  void boundsWhatItIsGiven() {
    dead.discard(Filter.all(), "x".repeat(128));
    for (String by : new String[] {"", " ", "x".repeat(129), null}) {
      assertThatThrownBy(() -> dead.retry(Filter.all(), by))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("by must be 1 to 128 characters");
      assertThatThrownBy(() -> dead.discard(Filter.all(), by)).hasMessageStartingWith("by ");
      assertThatThrownBy(() -> destinations.pause("x", by, "")).hasMessageStartingWith("by ");
      assertThatThrownBy(() -> destinations.resume("x", by)).hasMessageStartingWith("by ");
    }
    dead.retry(Filter.all(), "me", 1_000_000);
    for (double pace : new double[] {0, -1, 1_000_000.5, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> dead.retry(Filter.all(), "me", pace))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("perSecond must be above 0 and at most 1000000: " + pace);
      assertThatThrownBy(() -> dead.tryRetry(Filter.all(), pace)).hasMessageContaining("perSecond");
    }
    for (int limit : new int[] {0, 1_001}) {
      assertThatThrownBy(() -> dead.list(Filter.all(), null, limit))
          .hasMessage("limit must be 1 to 1000: " + limit);
    }
    assertThatThrownBy(() -> dead.count(Filter.all(), 0)).hasMessageStartingWith("bound must be");
    for (String name : List.of("", "x".repeat(513))) {
      assertThatThrownBy(() -> destinations.pause(name, "me", ""))
          .hasMessageStartingWith("name must be 1 to 512 characters");
    }
  }

  /** What is recorded and what is marked are one transaction. */
  @Test
  void anActThatCannotBeRecordedIsNotDone() {
    park("orders", "DEAD", 1);
    database.execute("REVOKE SELECT, INSERT, UPDATE ON outbox_operation FROM operator");
    assertThatThrownBy(() -> dead.retry(Filter.all(), "me"))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("SQLState " + server.words().denied());
    assertThatThrownBy(() -> destinations.pause("orders", "me", ""))
        .isInstanceOf(MailroomException.class);
    assertThat(database.query(MARKED)).isEmpty();
    assertThat(destinations.list()).isEmpty();
  }
}
