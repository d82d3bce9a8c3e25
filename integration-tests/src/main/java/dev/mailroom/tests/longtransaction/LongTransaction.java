package dev.mailroom.tests.longtransaction;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.OutboxSchema;
import dev.mailroom.tests.longtransaction.Course.Span;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.sink.Arrival;
import dev.mailroom.tests.sink.ArrivalLog;
import dev.mailroom.tests.sink.Load;
import dev.mailroom.tests.sink.Load.Fate;
import dev.mailroom.tests.sink.Load.Offer;
import dev.mailroom.tests.sink.SinkRelay;
import dev.mailroom.tests.town.Belongings;
import dev.mailroom.tests.town.Child;
import dev.mailroom.tests.town.DatabaseServer;
import dev.mailroom.tests.town.DatabaseServer.Remains;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A database under a steady load, next to which a transaction stays open. */
final class LongTransaction implements AutoCloseable {

  private static final Duration ANSWERS_AFTER = Duration.ofMillis(10);
  private static final Duration LEASE = Duration.ofSeconds(15);

  /** Without a transaction that stays open nothing piles up, so that a short while tells enough. */
  private static final Duration ALONE = Duration.ofSeconds(15);

  private static final long WARM_UP_MILLIS = 1_000;
  private static final long DRAINS_WITHIN_MILLIS = 60_000;

  private final int perSecond;
  private final Duration open;
  private final Progress progress;
  private final Belongings belongings = new Belongings();
  private final DatabaseServer server;
  private final HikariDataSource dataSource;
  private final Path directory;

  /**
   * @param perSecond messages
   * @param open how long each transaction stays open
   */
  LongTransaction(String database, int perSecond, Duration open, Progress progress)
      throws IOException, SQLException {
    this.perSecond = perSecond;
    this.open = open;
    this.progress = progress;
    try {
      directory = belongings.directory("mailroom-long-transaction");
      server = belongings.own(DatabaseServer.start(database));
      server.requireDurability();
      dataSource = belongings.own(SinkRelay.pool(server.jdbcUrl(), 16));
      OutboxSchema.migrate(dataSource);
      execute(Bystander.TABLE);
      for (String statement : UsualRelay.tables(server.countingKey())) {
        execute(statement);
      }
    } catch (IOException | SQLException | RuntimeException e) {
      belongings.close();
      throw e;
    }
  }

  /** Mailroom's relay beside each of them. */
  List<Course> mailroom(List<Bystander> bystanders) throws Exception {
    Path arrivals = directory.resolve("arrivals");
    try (Child relay = SinkRelay.start(server.jdbcUrl(), arrivals, ANSWERS_AFTER, LEASE)) {
      progress.say("the relay is ready: " + relay.greeting());
      return run(bystanders, "outbox_message", Bystander::publish, new ArrivalLog(arrivals));
    }
  }

  /** The usual relay beside each of them. */
  List<Course> usual(List<Bystander> bystanders) throws Exception {
    Path arrivals = directory.resolve("usual");
    try (Child relay = UsualRelay.start(server.jdbcUrl(), arrivals, ANSWERS_AFTER)) {
      progress.say("the usual relay is ready: " + relay.greeting());
      return run(bystanders, "usual_outbox", UsualRelay::publish, new ArrivalLog(arrivals));
    }
  }

  private List<Course> run(
      List<Bystander> bystanders, String table, Load.Writing writing, ArrivalLog log)
      throws Exception {
    List<Course> courses = new ArrayList<>();
    for (Bystander bystander : bystanders) {
      courses.add(run(bystander, table, writing, log));
    }
    return courses;
  }

  private Course run(Bystander bystander, String table, Load.Writing writing, ArrivalLog log)
      throws Exception {
    server.empty(table); // none of the dead rows of the one before
    long began = ArrivalLog.micros();
    long before = log.count();
    Span span;
    Remains remains;
    List<Offer> offers;
    try (Load load = new Load(dataSource, perSecond, writing);
        Connection connection = openLater(bystander, log, before)) {
      span = watch(bystander, table, load, log);
      offers = new ArrayList<>(load.stop());
      remains = server.remains(table);
      bystander.end(connection);
    }
    if (bystander == Bystander.OUTBOX_WRITER) {
      // Outside of the span: when they were open, nothing of them had been offered.
      Bystander.HELD.forEach(held -> offers.add(new Offer(held, Fate.COMMITTED, Long.MAX_VALUE)));
    }
    awaitDrained(table);
    List<Arrival> arrivals =
        log.arrivals().stream().filter(arrival -> arrival.micros() >= began).toList();
    return Course.of(offers, arrivals, span, remains);
  }

  private Connection openLater(Bystander bystander, ArrivalLog log, long before)
      throws InterruptedException, SQLException {
    progress.show(() -> "warms up");
    awaitFirst(log, before);
    Thread.sleep(WARM_UP_MILLIS);
    return bystander.open(dataSource);
  }

  /** The relay's JVM may still be starting. */
  private static void awaitFirst(ArrivalLog log, long before) throws InterruptedException {
    long end = System.nanoTime() + DRAINS_WITHIN_MILLIS * 1_000_000;
    while (log.count() == before) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("The relay does not begin to work");
      }
      Thread.sleep(20);
    }
  }

  private Span watch(Bystander bystander, String table, Load load, ArrivalLog log)
      throws InterruptedException {
    Duration time = bystander == Bystander.NONE && open.compareTo(ALONE) > 0 ? ALONE : open;
    long from = ArrivalLog.micros();
    long to = from + time.toNanos() / 1_000;
    progress.show(
        () ->
            "%s beside %s: %d written, %d accepted"
                .formatted(table, bystander, load.written(), log.count()));
    Thread.sleep(time.toMillis());
    return new Span(from, to);
  }

  private void awaitDrained(String table) throws InterruptedException, SQLException {
    String waiting =
        table.equals("usual_outbox")
            ? "SELECT count(*) FROM usual_outbox WHERE status = 'NEW'"
            : "SELECT count(*) FROM outbox_message";
    long end = System.nanoTime() + DRAINS_WITHIN_MILLIS * 1_000_000;
    while (count(waiting) > 0 && System.nanoTime() < end) {
      Thread.sleep(100);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      Bystander.execute(connection, sql);
    }
  }

  private long count(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql)) {
      results.next();
      return results.getLong(1);
    }
  }

  @Override
  public void close() {
    belongings.close();
  }
}
