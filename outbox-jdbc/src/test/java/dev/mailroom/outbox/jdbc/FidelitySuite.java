package dev.mailroom.outbox.jdbc;

import static java.time.temporal.ChronoUnit.MINUTES;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.MailroomException.InvalidMessage;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.OutboxStore.Destination;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.Row;
import dev.mailroom.testkit.StoreUnderTest.ForeignRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a writer hands over is what a relay gets: each character, each microsecond, each byte. */
abstract class FidelitySuite {

  private static final String TO = "orders";
  private static final int ALL = 2_000_000;
  private static final int MEBIBYTE = 1_048_576;

  /**
   * Around the hour that clocks in Berlin never show and the one that they show twice; the third
   * and the last are such hours for who takes the clock of UTC for Berlin's.
   */
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

  /** As text already there: MariaDB's driver moves what the JVM's clocks never show. */
  private static final String DELIVER_AT =
      "SELECT TRIM(CAST(deliver_at AS CHAR(40))) FROM outbox_parked ORDER BY seq";

  private final TestServer server;
  private final TimeZone zone = TimeZone.getDefault();
  private TestDatabase database;

  FidelitySuite(Database kind) {
    server = TestServer.of(kind);
  }

  @BeforeEach
  void migrate() {
    database = server.withOutbox();
  }

  @AfterEach
  void close() {
    TimeZone.setDefault(zone);
    database.close();
  }

  private static Message.Builder message() {
    return Message.to(TO).type("T").key("k").payload("x");
  }

  private static void commit(DataSource dataSource, List<Message> messages) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      JdbcOutbox.builder().maxBytes(MEBIBYTE).build().publishAll(connection, messages);
      connection.commit();
    }
  }

  /** As a writer in another language leaves it, by a key and a payload. */
  private void insert(String destination, String key, String payload) throws SQLException {
    ForeignRow row =
        new ForeignRow(
            destination,
            UUID.randomUUID(),
            Optional.of(key),
            "T",
            Optional.empty(),
            payload,
            Optional.empty());
    try (Connection connection = database.begin()) {
      new JdbcWriter(server, connection).insert(row);
      connection.commit();
    }
  }

  private static Set<Integer> partitions() {
    return IntStream.range(0, Lane.PARTITIONS).boxed().collect(toSet());
  }

  private static List<Row> read(OutboxStore store, int maxInline) {
    return store.read(
        partitions().stream()
            .map(partition -> new Range(new Lane(TO, partition), 0, Long.MAX_VALUE, 0, ALL))
            .toList(),
        maxInline);
  }

  private OutboxStore store() {
    return JdbcOutboxStore.of(database.pool());
  }

  private static List<OutboxEntry> entries(List<Row> rows) {
    return rows.stream().map(row -> ((Row.Loaded) row).entry()).toList();
  }

  @Test
  void everyPartOfAMessageComesBackAsItWas() throws SQLException {
    Message message =
        Message.to(TO)
            .type(" Týpe 📬 ")
            .key("~K'\"\\%_")
            .header("text", " 📬\t\n ")
            .header("list", List.of(" ", "ä", "a\u0308"))
            .payload(" \r\n📬 trailing \t ")
            .build();
    commit(database.pool(), List.of(message));
    assertThat(entries(read(store(), ALL)))
        .extracting(OutboxEntry::message)
        .containsExactly(message);
  }

  @Test
  void textsThatDifferAreDifferent() throws SQLException {
    List<String> texts =
        List.of("a", "A", "a ", " a", "ä", "a\u0308", "📬", "📭", "a\t", "\uFFFD", "𐀀");
    for (String text : texts) {
      insert(TO, text, "x");
      insert(text, "k", "x");
    }
    assertThat(database.query("SELECT DISTINCT message_key FROM outbox_message"))
        .contains("k")
        .containsAll(texts)
        .hasSize(texts.size() + 1);
    for (String text : texts) {
      assertThat(database.query("SELECT 1 FROM outbox_message WHERE message_key = ?", text))
          .as(text)
          .hasSize(1);
    }
    assertThat(store().destinations()).extracting(Destination::name).containsAll(texts);
  }

  @Test
  void aNulIsRefusedBeforeAnySql() {
    for (Message.Builder wrong :
        List.of(message().payload("a\0"), message().type("a\0"), message().key("a\0"))) {
      assertThatThrownBy(wrong::build)
          .isInstanceOf(InvalidMessage.class)
          .hasMessageContaining("has the character U+0000 at index 1");
    }
    assertThatThrownBy(() -> message().header("h", "a\0").build())
        .isInstanceOf(InvalidMessage.class)
        .hasMessageContaining("header 'h'")
        .hasMessageContaining("U+0000");
  }

  /** Some databases store it, and then it is the relay that refuses it and not the broker. */
  @Test
  void aForeignWritersNulIsNeverAMessage() throws SQLException {
    try {
      insert(TO, "k", "a\0b");
    } catch (IllegalStateException e) {
      assertThat(e).hasRootCauseInstanceOf(SQLException.class);
    }
    assertThat(read(store(), ALL))
        .allMatch(row -> row instanceof Row.Undecodable)
        .hasSizeLessThan(2);
  }

  @Test
  void aMessageOfAMebibyteComesBackAsItWas() throws SQLException {
    Message large = message().payload("📬".repeat(262_100)).build();
    commit(database.pool(), List.of(large));
    List<Row> listed = read(store(), 8_192);
    assertThat(listed).singleElement().isInstanceOf(Row.Listed.class);
    assertThat(entries(store().load(listed.stream().map(Row::id).toList())))
        .extracting(OutboxEntry::message)
        .containsExactly(large);
    assertThat(entries(read(store(), ALL))).extracting(OutboxEntry::message).containsExactly(large);
  }

  /** New connections, of a JVM and with sessions that live in two zones, neither of them UTC. */
  private HikariDataSource elsewhere() {
    TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(database.url);
    pool.setConnectionInitSql(server.leavesUtc());
    return pool;
  }

  @Test
  void aTimeIsTheSameInEveryZone() throws SQLException {
    try (HikariDataSource pool = elsewhere()) {
      commit(pool, TIMES.stream().map(time -> message().deliverAt(time).build()).toList());
      assertThat(database.query(DELIVER_AT)).extracting(server::time).isEqualTo(TIMES);
      for (Instant time : TIMES) {
        commit(pool, List.of(message().payload("at " + time).build()));
        database.execute(
            "UPDATE outbox_message SET created_at = " + server.literal(time) + " WHERE payload = ?",
            "at " + time);
      }
      assertThat(entries(read(JdbcOutboxStore.of(pool), ALL)))
          .extracting(OutboxEntry::createdAt)
          .isEqualTo(TIMES);
    }
  }

  @Test
  void nowIsTheSameInEveryZone() throws SQLException {
    try (HikariDataSource pool = elsewhere()) {
      Instant now = Instant.now();
      Duration hour = Duration.ofHours(1);
      commit(
          pool,
          List.of(
              message().build(),
              message().payload("due").deliverAt(now.minus(hour)).build(),
              message().payload("not yet").deliverAt(now.plus(hour)).build()));
      OutboxStore there = JdbcOutboxStore.of(pool);
      assertThat(entries(read(there, ALL)))
          .singleElement()
          .satisfies(entry -> assertThat(entry.createdAt()).isCloseTo(now, within(5, MINUTES)));
      assertThat(there.due(partitions(), List.of(TO), 10, ALL))
          .extracting(due -> ((Row.Loaded) due.row()).entry().message().payload())
          .containsExactly("due");
    }
  }
}
