package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Relay;
import dev.mailroom.testkit.LocalAws;
import dev.mailroom.testkit.PostgresServer;
import dev.mailroom.tests.town.WillingTransport;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** One relay of two real servers, one of which is away or hangs. */
@Isolated("it measures")
class RelayOfTwoDatabasesIT {

  private static final Duration LONG = Duration.ofSeconds(90);
  private static final int WINDOWS = 5;
  private static final int MEASURED = 300;
  private static final String FIFO = "ledger.fifo";
  private static final int KEYS = 50;
  private static PostgresServer steady;
  private static PostgresServer shaky;
  private static LocalAws aws;

  private final Paced broker = new Paced();
  private Station sales;
  private Station billing;
  private Relay relay;

  private interface Trouble {
    void run() throws Exception;
  }

  /** Takes a batch every 20 ms, so that what is measured does not depend on this machine. */
  private static final class Paced extends WillingTransport {
    private static final long EVERY = Duration.ofMillis(20).toNanos();
    private final List<String> accepted = new CopyOnWriteArrayList<>();

    @Override
    protected Result take(OutboxEntry entry) {
      accepted.add(entry.message().payload());
      return new Result.Accepted();
    }

    @Override
    public DestinationGate gate(String destination, Ticker ticker) {
      DestinationGate open = super.gate(destination, ticker);
      return new DestinationGate() {
        private long next = ticker.nanos();

        @Override
        public Duration tryPass() {
          return Duration.ofNanos(Math.max(0, next - ticker.nanos()));
        }

        @Override
        public void sending(int messages) {
          next = Math.max(next + EVERY, ticker.nanos());
        }

        @Override
        public void succeeded(Duration took) {
          open.succeeded(took);
        }

        @Override
        public void failed(Duration took) {
          open.failed(took);
        }

        @Override
        public void abandoned() {
          open.abandoned();
        }

        @Override
        public State state() {
          return State.OPEN;
        }
      };
    }
  }

  @BeforeAll
  static void start() {
    steady = PostgresServer.start();
    shaky = PostgresServer.start();
    aws = LocalAws.start();
  }

  @AfterAll
  static void stop() {
    aws.close();
    shaky.close();
    steady.close();
  }

  @BeforeEach
  void open() {
    sales = new Station(aws.sqsAsync(), aws.snsAsync(), steady);
    billing = new Station(aws.sqsAsync(), aws.snsAsync(), shaky);
    relay =
        Relay.builder()
            .store("sales", JdbcOutboxStore.of(sales.dataSource))
            .store("billing", JdbcOutboxStore.of(billing.dataSource))
            .transport(broker)
            .lease(Duration.ofSeconds(3), Duration.ofSeconds(1))
            .build();
  }

  @AfterEach
  void close() throws Exception {
    relay.close();
    sales.close();
    billing.close();
  }

  private static String payload(String database, int number) {
    return database + "-" + number % KEYS + "-" + number;
  }

  private static void publish(Station station, String database, int messages) throws SQLException {
    station.publish(
        IntStream.range(0, messages)
            .mapToObj(
                i ->
                    Message.to(FIFO)
                        .type("T")
                        .key("k" + i % KEYS)
                        .payload(payload(database, i))
                        .build())
            .toArray(Message[]::new));
  }

  private long acceptedFrom(String database) {
    return broker.accepted.stream().filter(payload -> payload.startsWith(database)).count();
  }

  /** Messages a second: the median of some windows, which a disturbance of this machine spares. */
  private double rateOfSales() {
    return DoubleStream.generate(this::rateOfTheNext)
        .limit(WINDOWS)
        .sorted()
        .skip(WINDOWS / 2)
        .findFirst()
        .orElseThrow();
  }

  private double rateOfTheNext() {
    long before = acceptedFrom("sales");
    long began = System.nanoTime();
    awaitAccepted("sales", (int) before + MEASURED);
    return (acceptedFrom("sales") - before) * 1e9 / (System.nanoTime() - began);
  }

  /** Until nothing more comes from it. */
  private void awaitStandstill(String database) {
    AtomicLong before = new AtomicLong(-1);
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> before.getAndSet(acceptedFrom(database)) == acceptedFrom(database));
  }

  private void awaitAccepted(String database, int messages) {
    await().atMost(LONG).until(() -> acceptedFrom(database) >= messages);
  }

  private void assertDelivered(String database, int messages) {
    for (int key = 0; key < KEYS; key++) {
      int its = key;
      assertThat(
              broker.accepted.stream()
                  .filter(payload -> payload.startsWith(database + "-" + its + "-"))
                  .distinct())
          .containsExactlyElementsOf(
              IntStream.range(0, messages)
                  .filter(i -> i % KEYS == its)
                  .mapToObj(i -> payload(database, i))
                  .toList());
    }
  }

  private void slowsNobody(Trouble begin, Trouble end) throws Exception {
    int ofSales = 8_000;
    int ofBilling = 2_000;
    publish(sales, "sales", ofSales);
    relay.start();
    awaitAccepted("sales", 100);
    double alone = rateOfSales();
    publish(billing, "billing", ofBilling);
    awaitAccepted("billing", 100);
    begin.run();
    try {
      awaitStandstill("billing");
      double beside = rateOfSales();
      System.out.printf(
          "alone %.0f, beside the other %.0f, ratio %.3f%n", alone, beside, beside / alone);
      assertThat(acceptedFrom("sales")).as("still at it").isLessThan(ofSales);
      assertThat(acceptedFrom("billing")).as("still waiting").isLessThan(ofBilling);
      assertThat(beside).isGreaterThan(0.9 * alone);
    } finally {
      end.run();
    }
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(
            () ->
                sales.count("SELECT count(*) FROM outbox_message")
                        + billing.count("SELECT count(*) FROM outbox_message")
                    == 0);
    assertDelivered("sales", ofSales);
    assertDelivered("billing", ofBilling);
  }

  @Test
  void oneThatIsDownSlowsNobodyAndCatchesUp() throws Exception {
    slowsNobody(() -> shaky.crash(), () -> shaky.startAgain());
  }

  /** Its processes stand still: connections stay open, and no call is answered. */
  @Test
  void oneThatHangsSlowsNobodyAndCatchesUp() throws Exception {
    List<String> processes = new ArrayList<>(billing.column("SELECT pid FROM pg_stat_activity"));
    long backend = billing.count("SELECT pg_backend_pid()");
    long postmaster = ProcessHandle.of(backend).orElseThrow().parent().orElseThrow().pid();
    processes.add(0, String.valueOf(postmaster));
    slowsNobody(
        () -> {
          processes.addAll(billing.column("SELECT pid FROM pg_stat_activity"));
          signal("-STOP", processes);
        },
        () -> signal("-CONT", processes));
  }

  private static void signal(String signal, List<String> processes)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", signal));
    command.addAll(processes.stream().distinct().toList());
    new ProcessBuilder(command).redirectErrorStream(true).start().waitFor(); // some may have ended
  }
}
