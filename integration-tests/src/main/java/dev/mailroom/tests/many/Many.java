package dev.mailroom.tests.many;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.town.Child;
import dev.mailroom.tests.town.Patience;
import dev.mailroom.tests.town.Town;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Many destinations: their first messages, nothing for a while, and one more for each. */
final class Many {

  private static final int RELAYS = 2;
  private static final int FIRST = 0;
  private static final int AGAIN = 1;
  private static final int WITHIN_MILLIS = 1_000;
  private static final String WARM_UP = "warm-up";
  private static final int WARM_UP_MESSAGES = 50;
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
  private static final String ROWS =
      "SELECT (SELECT count(*) FROM outbox_message) + (SELECT count(*) FROM outbox_parked)";

  private final List<String> queues;
  private final int keysEach;
  private final int seconds;
  private final Progress progress;

  Many(int destinations, int keysEach, int seconds, Progress progress) {
    this.queues =
        IntStream.range(0, destinations)
            .mapToObj(i -> String.format(Locale.ROOT, "many-%05d", i) + (i % 2 == 0 ? "" : ".fifo"))
            .toList();
    this.keysEach = keysEach;
    this.seconds = seconds;
    this.progress = progress;
  }

  Findings run(String database) throws Exception {
    progress.show(() -> "a database, a broker and " + queues.size() + " queues are made");
    try (Town town = new Town(database, Patience.CALM)) {
      queues.parallelStream().forEach(town::createQueue);
      town.startRelays(RELAYS);
      Letters letters = new Letters(town.dataSource());
      warmUp(town, letters);
      writeInTurn(town, letters, keysEach, FIRST);
      Idleness idle = idle(town);
      writeInTurn(town, letters, 1, AGAIN);
      Mailboxes mailboxes = new Mailboxes(town.sqs(), letters);
      for (String queue : queues) {
        progress.show(() -> "emptying " + queue);
        mailboxes.empty(queue);
      }
      return mailboxes
          .findings(town.unanswered())
          .and(
              Figure.of("unanswered", town.unanswered()),
              Figure.of("destinations", queues.size()),
              Figure.of("p50_first_ms", mailboxes.latency(FIRST, 0.5)),
              Figure.of("p99_first_ms", mailboxes.latency(FIRST, 0.99)).atMost(WITHIN_MILLIS),
              Figure.of("p50_after_idling_ms", mailboxes.latency(AGAIN, 0.5)),
              Figure.of("p99_after_idling_ms", mailboxes.latency(AGAIN, 0.99))
                  .atMost(WITHIN_MILLIS),
              Figure.of("idle_transactions_per_second", idle.transactionsPerSecond()),
              Figure.of("idle_cores_of_both_relays", idle.cores()));
    }
  }

  /** Processes that have just started are busy with themselves. */
  private void warmUp(Town town, Letters letters) throws SQLException, InterruptedException {
    town.createQueue(WARM_UP);
    for (int n = 0; n < WARM_UP_MESSAGES; n++) {
      letters.write(WARM_UP, 16, n);
    }
    awaitEmpty(town);
  }

  private void writeInTurn(Town town, Letters letters, int keys, int n) throws Exception {
    long began = System.nanoTime();
    for (int i = 0; i < queues.size(); i++) {
      int done = i;
      progress.show(() -> "message " + n + " written to " + done + " destinations");
      long due = began + Duration.ofSeconds(seconds).toNanos() * i / queues.size();
      Thread.sleep(Math.max(0, (due - System.nanoTime()) / 1_000_000));
      letters.write(queues.get(i), keys, n);
    }
    awaitEmpty(town);
  }

  private void awaitEmpty(Town town) throws SQLException, InterruptedException {
    progress.show(() -> "waiting for what is on its way");
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (town.count(ROWS) > 0 && System.nanoTime() < end) {
      Thread.sleep(100);
    }
  }

  private Idleness idle(Town town) throws SQLException, InterruptedException {
    progress.show(() -> "nothing to do");
    Thread.sleep(3_000); // Lanes cool within a second, and the database counts a second late.
    long began = System.nanoTime();
    long transactions = town.transactions();
    double processor = processorSeconds(town);
    Thread.sleep(seconds * 1_000L);
    double took = (System.nanoTime() - began) / 1e9;
    return new Idleness(
        Math.rint((town.transactions() - transactions) / took),
        (processorSeconds(town) - processor) / took);
  }

  private static double processorSeconds(Town town) {
    return town.relays().stream().map(Child::processorTime).mapToLong(Duration::toMillis).sum()
        / 1e3;
  }

  private record Idleness(double transactionsPerSecond, double cores) {}
}
