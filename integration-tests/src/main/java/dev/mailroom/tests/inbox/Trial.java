package dev.mailroom.tests.inbox;

import dev.mailroom.inbox.InboxSchema;
import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.town.Child;
import dev.mailroom.tests.town.Deck;
import dev.mailroom.tests.town.Deck.Disaster;
import dev.mailroom.tests.town.Town;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Consumers under disasters, an orderly end, and the audit. */
final class Trial {

  static final String STANDARD = "proof";
  static final String ORDERED = "proof.fifo";

  private static final int CONSUMERS = 3;
  static final int SHORT_VISIBILITY = 3;

  /** So long that what is hidden after a shutdown was left, and did not come by itself. */
  private static final int LONG_VISIBILITY = 600;

  private static final long AT_WORK_WITHIN_MILLIS = 10_000;
  private static final long PAUSED_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Longer than the longest backoff. */
  private static final long BACKOFF_MILLIS = 2_500;

  /** As long as a copy of a message that is being processed stays away, and some. */
  private static final long COPY_MILLIS = 32_500;

  private static final long DRAIN_SECONDS = 90;

  /** Of the 150 that are tried, on a machine that is busy. */
  private static final int LEAST_MESSAGES_PER_SECOND = 3;

  private final Town town;
  private final boolean fauxqs;
  private final Random random;
  private final boolean bypass;
  private final Progress progress;
  private final Feed feed;
  private final Deck deck;
  private final List<Child> consumers = new ArrayList<>();
  private long connectionsCut;
  private long inFlightAtShutdown;

  /**
   * @param fauxqs whether that is the broker, which can lose no answers, and shows no message again
   *     before somebody receives
   */
  Trial(Town town, boolean fauxqs, Random random, boolean bypass, Progress progress)
      throws SQLException {
    this.town = town;
    this.fauxqs = fauxqs;
    this.random = random;
    this.bypass = bypass;
    this.progress = progress;
    InboxSchema.migrate(town.dataSource());
    town.createQueue(STANDARD);
    town.createQueue(ORDERED);
    feed = new Feed(town, new SplittableRandom(random.nextLong()));
    List<Disaster> kinds =
        new ArrayList<>(
            List.of(
                new Disaster("consumer_killed", this::kill),
                new Disaster("consumer_paused", this::pause),
                new Disaster("consumer_stopped", this::stop),
                new Disaster("connections_cut", this::cutConnections)));
    if (!fauxqs) {
      kinds.add(new Disaster("answers_lost", this::loseAnswers));
    }
    deck = new Deck(kinds, random);
  }

  Findings run(int rounds) throws Exception {
    progress.show(() -> feed.sent() + " sent");
    start(CONSUMERS, SHORT_VISIBILITY);
    Thread feeding = new Thread(feed, "feed");
    feeding.setDaemon(true);
    feeding.start();
    long began = System.nanoTime();
    try {
      for (int round = 0; round < rounds; round++) {
        progress.say(deck.strike());
        Thread.sleep(random.nextInt(1_500));
      }
    } finally {
      feed.stop();
      feeding.join();
    }
    feed.requireHealth();
    double seconds = (System.nanoTime() - began) / 1e9;
    long left = shutDown();
    start(CONSUMERS, SHORT_VISIBILITY);
    drain();
    return audit(left, Math.round(seconds * LEAST_MESSAGES_PER_SECOND));
  }

  private void start(int number, int visibility) throws IOException {
    for (int i = 0; i < number; i++) {
      Child consumer =
          town.launch(
              ConsumerMain.class,
              "consumer",
              town.url(),
              Integer.toString(visibility),
              Boolean.toString(bypass));
      consumer.greeting();
      consumers.add(consumer);
    }
  }

  private Child any() {
    return consumers.get(random.nextInt(consumers.size()));
  }

  private void kill() throws Exception {
    Child victim = any();
    victim.kill();
    consumers.remove(victim);
    start(1, SHORT_VISIBILITY);
  }

  /** For longer than its messages are hidden. */
  private void pause() throws Exception {
    Child victim = any();
    victim.pause();
    Thread.sleep(TimeUnit.SECONDS.toMillis(SHORT_VISIBILITY) + 500);
    victim.resume();
  }

  private void stop() throws Exception {
    Child victim = any();
    victim.stop();
    consumers.remove(victim);
    start(1, SHORT_VISIBILITY);
  }

  private void cutConnections() throws Exception {
    connectionsCut += town.cutConnections();
  }

  private void loseAnswers() throws Exception {
    town.aws().tell("lossy");
    Thread.sleep(1_000 + random.nextInt(2_000));
    town.aws().tell("well");
  }

  /** Under load; what is hidden after that and stays so. */
  private long shutDown() throws IOException, InterruptedException, SQLException {
    stopAll();
    drained(TimeUnit.SECONDS.toMillis(SHORT_VISIBILITY) + BACKOFF_MILLIS, this::hidden);
    start(CONSUMERS, LONG_VISIBILITY);
    getBusy();
    progress.say("all consumers are stopped at work");
    stopAll();
    return drained(COPY_MILLIS, this::hidden);
  }

  /**
   * So much comes at once that they take more than they can begin. Soon enough that no poll of
   * theirs is given up meanwhile: what the queue had handed to it would stay hidden for its whole
   * timeout.
   */
  private void getBusy() throws IOException, InterruptedException, SQLException {
    for (Child each : consumers) {
      each.pause();
    }
    long paused = System.nanoTime();
    do {
      feed.some(10);
    } while (System.nanoTime() - paused < PAUSED_NANOS);
    for (Child each : consumers) {
      each.resume();
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AT_WORK_WITHIN_MILLIS);
    while (inFlightAtShutdown == 0 && System.nanoTime() < deadline) {
      inFlightAtShutdown = hidden();
    }
  }

  private void stopAll() throws InterruptedException {
    List<Thread> stopping = new ArrayList<>();
    for (Child each : consumers) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  each.stop();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      thread.start();
      stopping.add(thread);
    }
    for (Thread thread : stopping) {
      thread.join();
    }
    consumers.clear();
  }

  private void drain() throws InterruptedException {
    progress.say("the queues are drained");
    drained(TimeUnit.SECONDS.toMillis(DRAIN_SECONDS), () -> hidden() + visible());
  }

  private interface Count {
    long now();
  }

  /** What is left after so long at most. */
  private static long drained(long millis, Count count) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long left = count.now();
    while (left > 0 && System.nanoTime() < deadline) {
      Thread.sleep(100);
      left = count.now();
    }
    return left;
  }

  private long hidden() {
    if (fauxqs) {
      List.of(STANDARD, ORDERED).forEach(this::receiveAndReturn);
    }
    return count(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE);
  }

  private void receiveAndReturn(String queue) {
    String url = feed.url(queue);
    town.sqs()
        .receiveMessage(request -> request.queueUrl(url).waitTimeSeconds(0))
        .messages()
        .forEach(
            message ->
                town.sqs()
                    .changeMessageVisibility(
                        request ->
                            request
                                .queueUrl(url)
                                .receiptHandle(message.receiptHandle())
                                .visibilityTimeout(0)));
  }

  private long visible() {
    return count(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES);
  }

  private long count(QueueAttributeName name) {
    long count = 0;
    for (String queue : List.of(STANDARD, ORDERED)) {
      count +=
          Long.parseLong(
              town.sqs()
                  .getQueueAttributes(
                      request -> request.queueUrl(feed.url(queue)).attributeNames(name))
                  .attributes()
                  .getOrDefault(name, "0"));
    }
    return count;
  }

  private Findings audit(long left, long least) throws SQLException {
    long lost =
        town.count(
            """
            SELECT count(*) FROM (SELECT queue, message_key, n FROM sent
              EXCEPT SELECT queue, message_key, n FROM received) AS missing
            """);
    long invented =
        town.count(
            """
            SELECT count(*) FROM (SELECT queue, message_key, n FROM received
              EXCEPT SELECT queue, message_key, n FROM sent) AS foreign_rows
            """);
    long twice =
        town.count(
            """
            SELECT count(*) FROM (SELECT 1 FROM received
              GROUP BY queue, message_key, n HAVING count(*) > 1) AS twice
            """);
    long disorder =
        town.count(
            """
            SELECT count(*) FROM (
              SELECT n, lag(n) OVER (PARTITION BY message_key ORDER BY no) AS earlier
              FROM received WHERE queue = '%s') AS pairs
            WHERE n < earlier
            """
                .formatted(ORDERED));
    long slow =
        town.list("SELECT n FROM received", row -> row.getInt(1)).stream()
            .filter(ConsumerMain::isSlow)
            .count();
    return new Findings(
            List.of(
                Figure.of("lost", lost).exactly(0),
                Figure.of("invented", invented).exactly(0),
                Figure.of("order_violations", disorder).exactly(0),
                Figure.of("duplicates", feed.copies())))
        .and(
            Figure.of("double_effects", twice).exactly(0),
            Figure.of("in_flight_at_shutdown", inFlightAtShutdown).atLeast(1),
            Figure.of("in_flight_after_shutdown", left).exactly(0),
            Figure.of("messages", feed.sent()).atLeast((double) least),
            shown(Figure.of("messages_handled_slowly", slow)),
            shown(Figure.of("connections_cut", connectionsCut)))
        .and(deck.figures().toArray(Figure[]::new));
  }

  /** It must have happened if all kinds of disasters have. */
  private Figure shown(Figure figure) {
    return deck.isThrough() ? figure.atLeast(1) : figure;
  }
}
