package dev.mailroom.tests.crash;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.town.Audit;
import dev.mailroom.tests.town.Patience;
import dev.mailroom.tests.town.Town;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** Three relays under load, to which disasters happen, and the audit. */
final class Crash {

  /** The broker does not drop what is repeated there, so that repeats and their order show. */
  private static final String JOURNAL = "journal.fifo";

  private static final String LEDGER = "ledger.fifo";
  private static final String BULLETIN = "bulletin.fifo";
  private static final List<String> QUEUES = List.of("mail", "news", LEDGER, JOURNAL, BULLETIN);
  private static final List<String> DESTINATIONS =
      List.of("sqs:mail", "sns:news", "sqs:" + LEDGER, "sqs:" + JOURNAL, "sns:" + BULLETIN);
  private static final int RELAYS = 3;

  /** Of the 200 that are tried; the rest is for times without a database, and for busy machines. */
  private static final int LEAST_MESSAGES_PER_SECOND = 10;

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(3);

  private final int rounds;
  private final SplittableRandom random;
  private final Progress progress;

  Crash(int rounds, long seed, Progress progress) {
    this.rounds = rounds;
    this.random = new SplittableRandom(seed);
    this.progress = progress;
  }

  Findings run(String database) throws Exception {
    progress.show(() -> "a database, a broker and relays are starting");
    try (Town town = new Town(database, Patience.HASTY)) {
      town.createQueue("mail");
      town.createTopic("news");
      town.createQueue(LEDGER);
      town.createQueue(JOURNAL);
      town.createTopic(BULLETIN);
      town.aws().tell("forgetful " + JOURNAL);
      try (Audit audit = new Audit(town, QUEUES)) {
        return run(town, audit);
      }
    }
  }

  private Findings run(Town town, Audit audit) throws Exception {
    town.startRelays(RELAYS);
    town.aws().tell("faults");
    Writers writers = new Writers(town, DESTINATIONS, random.split());
    Disasters disasters = new Disasters(town, audit, writers, new Random(random.nextLong()));
    long began = System.nanoTime();
    try {
      for (int round = 1; round <= rounds; round++) {
        String name = "round " + round + " of " + rounds;
        progress.show(() -> name);
        Thread.sleep(500 + random.nextInt(1_500));
        progress.say(name + ": " + disasters.strike());
      }
      Thread.sleep(1_000);
    } finally {
      writers.stop();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    town.aws().tell("well");
    progress.show(() -> "all is well again; waiting for what is on its way");
    audit.awaitQuiet(LONGEST_WAIT);
    return judge(audit, disasters, seconds);
  }

  private static Findings judge(Audit audit, Disasters disasters, double seconds) throws Exception {
    long inFlight = disasters.inFlight();
    long fifoDuplicates = audit.duplicates(LEDGER) + audit.duplicates(BULLETIN);
    return audit
        .findings(
            Figure.of("duplicates", audit.duplicates()).atMost((double) inFlight),
            Math.round(seconds * LEAST_MESSAGES_PER_SECOND))
        .and(
            Figure.of("in_flight", inFlight),
            Figure.of("order_violations_in_repeats", audit.gaps(JOURNAL)).exactly(0),
            Figure.of("fifo_duplicates", fifoDuplicates).exactly(0),
            Figure.of("key_end_repeats", audit.duplicates(JOURNAL)),
            Figure.of("rewinds_of_a_key", audit.rewinds(JOURNAL)).atMost(disasters.interruptions()))
        .and(disasters.figures().toArray(Figure[]::new));
  }
}
