package dev.mailroom.tests.cluster;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.town.Audit;
import dev.mailroom.tests.town.Patience;
import dev.mailroom.tests.town.Town;
import dev.mailroom.tests.town.Writing;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Relays join, leave and die, while others write. */
final class Cluster {

  /** The broker does not drop what is repeated there, so that every repeat shows. */
  private static final String JOURNAL = "journal.fifo";

  private static final List<String> DESTINATIONS =
      List.of("sqs:mail", "sns:news", "sqs:" + JOURNAL);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
  private static final Patience PATIENCE = Patience.CALM;
  private static final int MARGIN_MILLIS = 1_000;

  /** At work: the first calls of a JVM take a second, and what is on its way is awaited. */
  private static final int WARM_UP_MILLIS = 3_000;

  /** Of the nearly 200 that are tried, on a machine that is busy. */
  private static final int LEAST_MESSAGES_PER_SECOND = 20;

  private final int relays;
  private final int seconds;
  private final int kills;
  private final Progress progress;
  private final SplittableRandom random = new SplittableRandom();

  private double settle = Double.NaN;
  private double handover = Double.NaN;
  private double takeover = Double.NaN;
  private int spread;

  Cluster(int relays, int seconds, int kills, Progress progress) {
    this.relays = relays;
    this.seconds = seconds;
    this.kills = kills;
    this.progress = progress;
  }

  Findings run(String database) throws Exception {
    progress.show(() -> "a database and a broker are starting");
    try (Town town = new Town(database, PATIENCE)) {
      town.createQueue("mail");
      town.createTopic("news");
      town.createQueue(JOURNAL);
      town.aws().tell("forgetful " + JOURNAL);
      try (Audit audit = new Audit(town, List.of("mail", "news", JOURNAL))) {
        return run(town, audit);
      }
    }
  }

  private Findings run(Town town, Audit audit) throws Exception {
    Members members = new Members(town);
    underLoad(town, audit, "calm", () -> comeAndGo(members));
    long duplicates = audit.duplicates();
    long unanswered = members.unanswered();
    long slowest = audit.slowestMillis();
    underLoad(town, audit, "deadly", () -> die(members));
    return audit
        .findings(
            Figure.of("duplicates", duplicates).exactly(0),
            (long) seconds * LEAST_MESSAGES_PER_SECOND)
        .and(
            Figure.of("unanswered", unanswered),
            Figure.of("spread", spread).atMost(1),
            Figure.of("settle_ms", settle)
                .atMost((double) PATIENCE.lease().toMillis() + MARGIN_MILLIS),
            Figure.of("handover_ms", handover).atMost(MARGIN_MILLIS),
            Figure.of("takeover_ms", takeover)
                .atMost((double) PATIENCE.lease().toMillis() + MARGIN_MILLIS),
            Figure.of("lease_ms", PATIENCE.lease().toMillis()),
            Figure.of("slowest_ms_before_kills", slowest),
            Figure.of("duplicates_by_kills", audit.duplicates() - duplicates),
            Figure.of("rewinds_of_a_key", audit.rewinds(JOURNAL)).atMost(kills));
  }

  private void underLoad(Town town, Audit audit, String name, Step step) throws Exception {
    town.aws().tell("slow"); // Or hardly anything would be on its way when a relay leaves.
    Writing writing = new Writing(town.dataSource(), name, DESTINATIONS, 4, 20, random.split());
    try {
      step.run();
    } finally {
      writing.stop();
      town.aws().tell("well");
    }
    progress.show(() -> "waiting for what is on its way");
    audit.awaitQuiet(LONGEST_WAIT);
  }

  private void comeAndGo(Members members) throws Exception {
    while (members.size() < relays) {
      join(members);
    }
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    do {
      Thread.sleep(WARM_UP_MILLIS);
      double took = members.stop(members.name(random.nextInt(relays)));
      handover = worse(handover, took);
      progress.say("a relay left; the others had what was its after " + took + " ms");
      settle(members);
      join(members);
    } while (System.nanoTime() < end);
  }

  private void join(Members members) throws Exception {
    members.join();
    settle(members);
    progress.show(() -> members.size() + " relays share the partitions");
  }

  /** What they settle at is looked at once more, since it must stay so. */
  private void settle(Members members) throws Exception {
    settle = worse(settle, members.settle());
    spread = Math.max(spread, members.spread());
  }

  private void die(Members members) throws Exception {
    progress.show(() -> members.size() + " relays share the partitions");
    for (int i = 0; i < kills; i++) {
      double took = members.kill(members.name(random.nextInt(relays)));
      takeover = worse(takeover, took);
      progress.say("a relay was killed; the others had what was its after " + took + " ms");
      settle(members);
      join(members);
    }
  }

  /** The worse of two, where one that never came is the worst and the first replaces none. */
  private static double worse(double before, double now) {
    return Double.isNaN(now)
        ? Double.POSITIVE_INFINITY
        : Double.isNaN(before) ? now : Math.max(before, now);
  }

  private interface Step {
    void run() throws Exception;
  }
}
