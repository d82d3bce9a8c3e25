package dev.mailroom.tests.failover;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutbox;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.testkit.PostgresServer;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.sink.Arrival;
import dev.mailroom.tests.sink.ArrivalLog;
import dev.mailroom.tests.sink.Letter;
import dev.mailroom.tests.sink.Load;
import dev.mailroom.tests.sink.Load.Offer;
import dev.mailroom.tests.sink.Numbers;
import dev.mailroom.tests.sink.SinkRelay;
import dev.mailroom.tests.town.Belongings;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** A primary dies under load, and its standby takes its place. */
final class Failover {

  /** What the primary waits for before it acknowledges a commit. */
  enum Replication {
    SYNCHRONOUS,
    ASYNCHRONOUS
  }

  private static final String DATABASE = "failover";
  private static final int RELAYS = 2;
  private static final Duration LEASE = Duration.ofSeconds(5);
  private static final Duration ANSWERS_AFTER = Duration.ofMillis(10);
  private static final long BEHIND_MILLIS = 1_000;
  private static final long ARRIVES_WITHIN_MILLIS = 60_000;

  /** Two sweeps, which find what lies below a mark. */
  private static final long REPEATS_WITHIN_MILLIS = 5_000;

  private static final JdbcOutbox OUTBOX = JdbcOutbox.create();

  private final Replication replication;
  private final int perSecond;
  private final Duration each;
  private final Progress progress;
  private final List<ArrivalLog> logs = new ArrayList<>();

  /**
   * @param perSecond messages
   * @param each how long the load lasts on the old primary, and again on the new one
   */
  Failover(Replication replication, int perSecond, Duration each, Progress progress) {
    this.replication = replication;
    this.perSecond = perSecond;
    this.each = each;
    this.progress = progress;
  }

  Aftermath run() throws Exception {
    progress.show(() -> replication + ": starts the servers");
    try (Belongings belongings = new Belongings()) {
      Path directory = belongings.directory("mailroom-failover");
      PostgresServer primary = belongings.own(PostgresServer.start());
      prepare(primary);
      Standby standby =
          belongings.own(Standby.of(primary, belongings.directory("mailroom-standby")));
      standby.awaitStream();
      if (replication == Replication.SYNCHRONOUS) {
        standby.makeSynchronous();
      }
      String url = url(primary, standby);
      quiet();
      for (int i = 0; i < RELAYS; i++) {
        Path arrivals = directory.resolve("relay" + i);
        logs.add(new ArrivalLog(arrivals));
        belongings.own(SinkRelay.start(url, arrivals, ANSWERS_AFTER, LEASE));
      }
      HikariDataSource dataSource = belongings.own(SinkRelay.pool(url, 16));
      Load load = belongings.own(new Load(dataSource, perSecond, Failover::write));
      return underLoad(load, primary, standby);
    }
  }

  /** Of connections that break on purpose, the pool would tell at length. */
  private static void quiet() {
    ((Logger) LoggerFactory.getLogger("com.zaxxer.hikari")).setLevel(Level.ERROR);
  }

  private static void prepare(PostgresServer primary) throws SQLException {
    primary.createDatabase(DATABASE);
    OutboxSchema.migrate(primary.dataSource(DATABASE));
    try (Connection connection = primary.dataSource(DATABASE).getConnection();
        Statement statement = connection.createStatement()) {
      for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
        try (ResultSet shown = statement.executeQuery("SHOW " + setting)) {
          shown.next();
          if (!shown.getString(1).equals("on")) {
            throw new IllegalStateException(setting + " is " + shown.getString(1));
          }
        }
      }
      statement.execute("CREATE TABLE sent (lane text, n int, PRIMARY KEY (lane, n))");
    }
  }

  /** The driver looks for the one that takes writes, and asks again after a second. */
  private static String url(PostgresServer primary, Standby standby) {
    return "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/%s?user=%s&targetServerType=primary"
            .formatted(primary.port(), standby.port(), DATABASE, PostgresServer.USER)
        + "&hostRecheckSeconds=1&connectTimeout=2&socketTimeout=5";
  }

  private Aftermath underLoad(Load load, PostgresServer primary, Standby standby) throws Exception {
    progress.show(
        () -> "%s: %d written, %d accepted".formatted(replication, load.written(), accepted()));
    awaitBothRelays();
    Thread.sleep(each.toMillis());
    long died = failOver(primary, standby);
    Thread.sleep(each.toMillis());
    return audit(standby, load.stop(), died);
  }

  /** They share the work only after a while. */
  private void awaitBothRelays() throws InterruptedException {
    long end = System.nanoTime() + ARRIVES_WITHIN_MILLIS * 1_000_000;
    while (logs.stream().anyMatch(log -> log.count() == 0)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("A relay got no share of the work");
      }
      Thread.sleep(20);
    }
  }

  private long failOver(PostgresServer primary, Standby standby) throws Exception {
    if (replication == Replication.ASYNCHRONOUS) {
      standby.fallBehind();
      progress.say("the standby falls behind");
      Thread.sleep(BEHIND_MILLIS);
    }
    primary.crash();
    long died = ArrivalLog.micros();
    progress.say("the primary is dead");
    standby.promote();
    progress.say("the standby is the primary");
    return died;
  }

  private static void write(Connection connection, List<Letter> letters) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO sent VALUES (?, ?)")) {
      for (Letter letter : letters) {
        insert.setString(1, letter.lane());
        insert.setInt(2, letter.n());
        insert.addBatch();
      }
      insert.executeBatch();
    }
    OUTBOX.publishAll(
        connection,
        letters.stream()
            .map(
                letter ->
                    Message.to(letter.destination())
                        .type("Numbered")
                        .key(letter.key())
                        .payload(letter.payload())
                        .build())
            .toList());
  }

  private Aftermath audit(Standby standby, List<Offer> offers, long died)
      throws SQLException, IOException, InterruptedException {
    Numbers kept = kept(standby);
    progress.show(() -> "%s: waits for the last of %d".formatted(replication, kept.size()));
    long end = System.nanoTime() + ARRIVES_WITHIN_MILLIS * 1_000_000;
    while (kept.without(arrived()) > 0 && System.nanoTime() < end) {
      Thread.sleep(100);
    }
    progress.show(() -> replication + ": ends");
    Thread.sleep(REPEATS_WITHIN_MILLIS); // for what would come twice, or below a mark
    return Aftermath.of(kept, offers, arrivals(), died);
  }

  /** What the new primary has. */
  private static Numbers kept(Standby standby) throws SQLException {
    Numbers kept = new Numbers();
    try (Connection connection = DriverManager.getConnection(standby.jdbcUrl(DATABASE));
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery("SELECT lane, n FROM sent")) {
      while (results.next()) {
        kept.add(results.getString(1), results.getInt(2));
      }
    }
    return kept;
  }

  private Numbers arrived() throws IOException {
    Numbers arrived = new Numbers();
    arrivals().forEach(arrival -> arrived.add(arrival.lane(), arrival.n()));
    return arrived;
  }

  private List<Arrival> arrivals() throws IOException {
    List<Arrival> arrivals = new ArrayList<>();
    for (ArrivalLog log : logs) {
      arrivals.addAll(log.arrivals());
    }
    return arrivals;
  }

  private long accepted() {
    return logs.stream().mapToLong(ArrivalLog::count).sum();
  }
}
