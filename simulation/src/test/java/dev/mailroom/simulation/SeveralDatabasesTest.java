package dev.mailroom.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.Relay;
import dev.mailroom.relay.RelayListener;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One relay, two databases, in virtual time. */
class SeveralDatabasesTest {

  private static final String FIFO = "ledger.fifo";
  private static final String NEWS = "news";
  private static final int KEYS = 100;
  private static final long LONG = 60 * Loop.SECOND;

  private final World world = new World(42, Journal.none());
  private final Loop loop = world.loop;
  private final CountingBroker broker = new CountingBroker(loop);
  private final Site sales = new Site("sales", world.database);
  private final Site billing =
      new Site("billing", new Database(loop, world.dice.split(), world.audit));

  /** A database with the threads that call it. */
  private final class Site implements Executor, RelayListener {
    private final String name;
    private final Database database;
    private final List<String> written = new ArrayList<>();
    private final List<Runnable> hanging = new ArrayList<>();
    private boolean hangs;
    private boolean fails;
    private boolean faulty;
    private int faults;

    Site(String name, Database database) {
      this.name = name;
      this.database = database;
    }

    @Override
    public void execute(Runnable call) {
      if (hangs) {
        hanging.add(call);
      } else {
        loop.after(2 * Loop.MILLI, call);
      }
    }

    /** What hung for so long returns after all. */
    void heal() {
      fails = false;
      hangs = false;
      hanging.forEach(this::execute);
    }

    OutboxStore store() {
      return failing(OutboxStore.class, database.outbox);
    }

    private <T> T failing(Class<T> type, T real) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (self, method, arguments) -> {
                if (fails) {
                  throw new MailroomException("the database is away");
                }
                Object result = method.invoke(real, arguments);
                return result instanceof LeaseStore leases
                    ? failing(LeaseStore.class, leases)
                    : result;
              }));
    }

    void write(String destination, int messages) {
      WriterTransaction transaction = database.outbox.begin();
      for (int i = 0; i < messages; i++) {
        String payload = name + " " + written.size();
        String key = "k" + written.size() % KEYS;
        written.add(payload);
        UUID id = world.dice.id();
        transaction.insert(
            Message.to(destination).id(id).type("T").key(key).payload(payload).build(), 20);
      }
      transaction.commit();
    }

    @Override
    public void accepted(String destination, UUID id, Instant createdAt) {
      if (faulty) {
        throw new AssertionError("a fault of the engine");
      }
    }

    @Override
    public void engineFailed(Throwable fault) {
      faults++;
    }

    @Override
    public RelayListener ofDatabase(String database) {
      return database.equals("sales") ? sales : billing;
    }
  }

  private Relay start() {
    Relay relay =
        Relay.builder()
            .store("sales", sales.store(), sales, sales)
            .store("billing", billing.store(), billing, billing)
            .transport(broker)
            .listener(sales)
            .timeline(new Life(loop, world.dice.split()))
            .lease(Duration.ofSeconds(3), Duration.ofSeconds(1))
            .batchesInFlight(4)
            .build();
    relay.start();
    loop.run(Loop.SECOND);
    return relay;
  }

  private void awaitAccepted(int messages) {
    assertThat(loop.runUntil(() -> broker.accepted.size() >= messages, LONG))
        .as("%s accepted, but %s", messages, broker.accepted.size())
        .isTrue();
  }

  private double rateOf(Site site, long nanos) {
    long before = broker.acceptedFrom(site.name);
    loop.run(nanos);
    return broker.acceptedFrom(site.name) - before;
  }

  @AfterEach
  void nothingIsLostAndKeysAreInOrder() {
    assertThat(loop.runUntil(() -> quiet(sales) && quiet(billing), LONG)).as("drained").isTrue();
    for (Site site : List.of(sales, billing)) {
      for (int key = 0; key < KEYS; key++) {
        int its = key;
        assertThat(broker.accepted.stream().filter(each -> isOf(site, its, each)).distinct())
            .containsExactlyElementsOf(
                site.written.stream().filter(each -> isOf(site, its, each)).toList());
      }
    }
  }

  private static boolean quiet(Site site) {
    return site.database.outbox.isQuiet();
  }

  private static boolean isOf(Site site, int key, String payload) {
    String start = site.name + " ";
    return payload.startsWith(start)
        && Integer.parseInt(payload.substring(start.length())) % KEYS == key;
  }

  @Test
  void backlogsHaveEqualShares() {
    start();
    sales.write(NEWS, 5_000);
    awaitAccepted(500);
    billing.write(NEWS, 5_000); // sales has all the room by now
    loop.run(Loop.SECOND / 2);
    long before = broker.acceptedFrom("sales");
    double its = rateOf(billing, Loop.SECOND);
    assertThat(its).isGreaterThan(500);
    assertThat((double) broker.acceptedFrom("sales") - before).isCloseTo(its, within(0.03 * its));
  }

  @Test
  void aQuietOneIsNotStarved() {
    Relay relay = start();
    sales.write(NEWS, 10_000);
    awaitAccepted(1_000);
    billing.write(NEWS, 1);
    relay.wake("billing", NEWS);
    int before = broker.accepted.size();
    assertThat(loop.runUntil(() -> broker.accepted.contains("billing 0"), LONG)).isTrue();
    assertThat(broker.accepted.size() - before).as("others that went before").isLessThan(150);
  }

  @Test
  void oneWhoseCallsNeverReturnSlowsNobody() {
    slowsNobody(() -> billing.hangs = true);
  }

  @Test
  void oneWhoseCallsFailSlowsNobody() {
    slowsNobody(() -> billing.fails = true);
  }

  private void slowsNobody(Runnable trouble) {
    start();
    sales.write(FIFO, 20_000);
    loop.run(Loop.SECOND);
    double alone = rateOf(sales, 2 * Loop.SECOND);
    assertThat(alone).isGreaterThan(2_000);
    billing.write(FIFO, 5_000);
    loop.run(Loop.SECOND / 2);
    trouble.run();
    loop.run(3 * Loop.SECOND); // what billing had in hand goes out, under leases that end
    assertThat(rateOf(sales, 2 * Loop.SECOND)).isGreaterThan(0.98 * alone);
    assertThat(broker.acceptedFrom("billing")).isLessThan(5_000);
    billing.heal();
  }

  @Test
  void aBrokenDestinationIsProbedForBothAtOnce() {
    start();
    broker.up = false;
    sales.write(NEWS, 100);
    billing.write(NEWS, 100);
    loop.run(Loop.SECOND);
    broker.probes = 0;
    loop.run(7 * Loop.SECOND);
    assertThat(broker.gates).containsEntry(NEWS, 1);
    assertThat(broker.probes).isBetween(50, 100); // one in 70 to 130 ms
    broker.up = true;
    awaitAccepted(200);
  }

  @Test
  void theFaultOfOneEngineLeavesTheOtherAllTheRoom() {
    start();
    billing.write(NEWS, 10_000);
    loop.run(Loop.SECOND);
    double alone = rateOf(billing, Loop.SECOND);
    sales.write(NEWS, 400);
    sales.faulty = true;
    assertThat(loop.runUntil(() -> sales.faults > 0, LONG)).isTrue();
    sales.faulty = false;
    assertThat(rateOf(billing, Loop.SECOND)).isGreaterThan(0.95 * alone);
    assertThat(broker.gates).containsEntry(NEWS, 1);
  }
}
