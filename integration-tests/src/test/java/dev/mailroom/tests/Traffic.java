package dev.mailroom.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mailroom.outbox.Message;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writers of a few keys, until they are stopped; the payloads of each in the order of commits.
 * Their sleep is the pace of the load; no test waits for it.
 */
final class Traffic implements AutoCloseable {

  private final Station station;
  private final String destination;
  private final List<List<String>> committed = new ArrayList<>();
  private final List<Future<?>> writers = new ArrayList<>();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicInteger failed = new AtomicInteger();

  Traffic(ExecutorService threads, Station station, String destination) {
    this.station = station;
    this.destination = destination;
    for (int i = 0; i < 4; i++) {
      String key = "key" + i;
      List<String> mine = new ArrayList<>();
      committed.add(mine);
      writers.add(threads.submit(() -> write(key, mine)));
    }
  }

  private Object write(String key, List<String> mine) throws InterruptedException {
    for (int n = 0; !stopped.get(); n++) {
      String payload = key + "-" + n;
      try {
        station.publish(Message.to(destination).type("T").key(key).payload(payload).build());
        mine.add(payload);
      } catch (SQLException e) {
        // In doubt: it may have been committed all the same. The key goes on with the next one.
        failed.incrementAndGet();
        Thread.sleep(50);
      }
      Thread.sleep(2);
    }
    return mine;
  }

  /** How many transactions failed so far. */
  int failed() {
    return failed.get();
  }

  @Override
  public void close() throws Exception {
    stopped.set(true);
    for (Future<?> writer : writers) {
      writer.get();
    }
  }

  /** Nothing lost, and in order: the first time each is accepted, and apart from those in doubt. */
  void assertDelivered(Broker broker) {
    for (int i = 0; i < committed.size(); i++) {
      List<String> expected = committed.get(i);
      List<String> arrived = broker.payloadsOf("key" + i).stream().distinct().toList();
      assertThat(arrived).containsAll(expected);
      assertThat(arrived.stream().filter(expected::contains)).containsExactlyElementsOf(expected);
      assertThat(arrived).isSortedAccordingTo((a, b) -> Integer.compare(number(a), number(b)));
    }
  }

  private static int number(String payload) {
    return Integer.parseInt(payload.substring(payload.indexOf('-') + 1));
  }
}
