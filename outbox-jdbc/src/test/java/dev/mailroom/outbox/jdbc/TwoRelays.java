package dev.mailroom.outbox.jdbc;

import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.Relay;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Two relays that share the partitions of an outbox and a broker. */
final class TwoRelays implements AutoCloseable {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int CONNECTIONS = 8;

  final MemoryBroker broker = new MemoryBroker();
  private final TestDatabase database;
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final List<AtomicInteger> samples = new ArrayList<>();

  TwoRelays(TestDatabase database) {
    this.database = database;
  }

  void start() {
    startOne();
    startOne();
    await().atMost(LONG).until(this::owners, owners -> owners == 2);
  }

  private void startOne() {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(database.url);
    pool.setMaximumPoolSize(CONNECTIONS);
    parts.add(pool);
    AtomicInteger asked = new AtomicInteger();
    samples.add(asked);
    Relay relay =
        Relay.builder()
            .store(counting(JdbcOutboxStore.of(pool), asked))
            .transport(broker)
            .lease(LONG, Duration.ofSeconds(1))
            .build();
    relay.start();
    parts.add(relay);
  }

  /** Counts how often a relay has asked for the open writers, and had an answer. */
  private static OutboxStore counting(OutboxStore store, AtomicInteger asked) {
    return (OutboxStore)
        Proxy.newProxyInstance(
            OutboxStore.class.getClassLoader(),
            new Class<?>[] {OutboxStore.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(store, arguments);
                if (method.getName().equals("view")) {
                  return counting((OutboxStore) result, asked);
                }
                if (method.getName().equals("openWriters")) {
                  asked.incrementAndGet();
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private int owners() {
    return database
        .query("SELECT DISTINCT owner FROM outbox_partition WHERE owner IS NOT NULL")
        .size();
  }

  /** Until each relay has asked several times, so that its marks would have moved if they could. */
  void awaitSamples(int count) {
    for (AtomicInteger asked : samples) {
      int before = asked.get();
      await().atMost(LONG).until(() -> asked.get() >= before + count);
    }
  }

  @Override
  public void close() throws Exception {
    for (int i = parts.size() - 1; i >= 0; i--) {
      parts.get(i).close();
    }
  }
}
