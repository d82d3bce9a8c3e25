package dev.mailroom.tests.isolation;

import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.testkit.PostgresServer;
import dev.mailroom.tests.sink.ArrivalAudit;
import dev.mailroom.tests.sink.ArrivalLog;
import dev.mailroom.tests.sink.Letter;
import dev.mailroom.tests.sink.Numbers;
import dev.mailroom.tests.sink.SinkRelay;
import dev.mailroom.tests.town.Child;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;

/** An outbox in a database of its own with a relay of its own, which can stand still. */
final class Side implements AutoCloseable {

  /** Long enough that nobody loses a partition for having stood still. */
  private static final Duration LEASE = Duration.ofHours(1);

  private static final Duration ANSWERS_AFTER = Duration.ofMillis(20);

  /** Messages of some keys, or of one, numbered within their key. */
  private static final String FILL =
      """
      INSERT INTO outbox_message (destination, message_id, message_key, message_type, payload)
      SELECT ?, gen_random_uuid(), k.key, 'Numbered', k.key || ':' || n / ?::int
      FROM generate_series(?::int, ?::int) AS n
      CROSS JOIN LATERAL (SELECT CASE WHEN ?::int > 1 THEN 'k' || n % ?::int ELSE ? END AS key) k
      """;

  private static final String LEFT =
      """
      SELECT destination, payload FROM outbox_message
      UNION ALL SELECT destination, payload FROM outbox_parked
      """;

  /**
   * Messages of a kind.
   *
   * @param keys how many, of names of their own; or one with this name
   */
  record Kind(String destination, int keys, String key) {

    Kind(String destination, int keys) {
      this(destination, keys, "");
    }

    private Letter letter(int n) {
      return new Letter(destination, keys > 1 ? "k" + n % keys : key, n / keys);
    }
  }

  private final DataSource dataSource;
  private final ArrivalLog log;
  private final Child relay;
  private final Numbers written = new Numbers();
  private final Numbers needNotArrive = new Numbers();
  private final Map<Kind, Integer> filled = new HashMap<>();
  private int lastNumber;

  Side(PostgresServer server, String name, Path directory) throws IOException, SQLException {
    String url = server.createDatabase(name);
    dataSource = server.dataSource(name);
    OutboxSchema.migrate(dataSource);
    Path arrivals = directory.resolve(name);
    log = new ArrivalLog(arrivals);
    relay = SinkRelay.start(url, arrivals, ANSWERS_AFTER, LEASE);
  }

  /** Writes so many messages, of which each has to arrive. */
  void fill(Kind kind, int messages) throws SQLException {
    insert(kind, messages, written);
  }

  /** Writes as many as are short of {@code waiting} ones that wait. */
  void topUp(Kind kind, int waiting) throws IOException, SQLException {
    long there = filled.getOrDefault(kind, 0) - accepted(kind.destination(), 0, Long.MAX_VALUE);
    if (there < waiting) {
      fill(kind, (int) (waiting - there));
    }
  }

  /** As {@link #fill}, of messages that nobody takes. */
  void fillInVain(Kind kind, int messages) throws SQLException {
    insert(kind, messages, needNotArrive);
  }

  private void insert(Kind kind, int messages, Numbers remembered) throws SQLException {
    filled.merge(kind, messages, Integer::sum);
    int from = lastNumber + 1;
    lastNumber += messages;
    try (Connection connection = dataSource.getConnection();
        PreparedStatement fill = connection.prepareStatement(FILL)) {
      fill.setString(1, kind.destination());
      fill.setInt(2, kind.keys());
      fill.setInt(3, from);
      fill.setInt(4, lastNumber);
      fill.setInt(5, kind.keys());
      fill.setInt(6, kind.keys());
      fill.setString(7, kind.key());
      fill.executeUpdate();
    }
    for (int n = from; n <= lastNumber; n++) {
      Letter letter = kind.letter(n);
      remembered.add(letter.lane(), letter.n());
    }
  }

  /** Or it might stand still before it has begun. */
  void awaitRelay() throws IOException {
    relay.greeting();
  }

  void standStill() throws IOException, InterruptedException {
    relay.pause();
  }

  void goOn() throws IOException, InterruptedException {
    relay.resume();
  }

  void tell(String word) throws IOException {
    relay.tell(word);
  }

  /** How many messages a destination has accepted from one moment up to another. */
  long accepted(String destination, long from, long to) throws IOException {
    String lanes = Letter.lane(destination, "");
    return log.count(
        arrival ->
            arrival.micros() >= from && arrival.micros() < to && arrival.lane().startsWith(lanes));
  }

  long total() {
    return log.count();
  }

  /** How many have to arrive and have not yet. */
  long missing() throws IOException {
    Numbers arrived = new Numbers();
    log.arrivals().forEach(arrival -> arrived.add(arrival.lane(), arrival.n()));
    return written.without(arrived);
  }

  /** Messages that nobody takes, set aside or waiting in the database. */
  private Numbers left() throws SQLException {
    Numbers left = new Numbers();
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(LEFT)) {
      while (results.next()) {
        String payload = results.getString("payload");
        int colon = payload.lastIndexOf(':');
        left.add(
            Letter.lane(results.getString("destination"), payload.substring(0, colon)),
            Integer.parseInt(payload.substring(colon + 1)));
      }
    }
    return left;
  }

  /** What nobody takes is lost unless it is still there. */
  ArrivalAudit audit() throws IOException, SQLException {
    ArrivalAudit arrived = ArrivalAudit.of(written, new Numbers(), log.arrivals());
    long gone = needNotArrive.without(left());
    return new ArrivalAudit(
        arrived.messages() + needNotArrive.size(),
        arrived.lost() + gone,
        arrived.invented(),
        arrived.orderViolations(),
        arrived.duplicates());
  }

  @Override
  public void close() {
    relay.close();
  }
}
