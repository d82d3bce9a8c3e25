package dev.mailroom.tests.crash;

import dev.mailroom.tests.prove.Findings;
import dev.mailroom.tests.prove.Progress;
import dev.mailroom.tests.town.Audit;
import dev.mailroom.tests.town.Child;
import dev.mailroom.tests.town.RelayMain;
import dev.mailroom.tests.town.Town;
import dev.mailroom.tests.town.Writing;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;

/** Three relays under load, to which all happens that can happen to processes and servers. */
final class Crash {

  private static final List<String> DESTINATIONS =
      List.of("sqs:mail", "sns:news", "sqs:ledger.fifo", "sqs:ledger.fifo");
  private static final int RELAYS = 3;
  private static final long ARRIVE_WITHIN_MILLIS = 120_000;

  private final int rounds;
  private final SplittableRandom random;
  private final Progress progress;

  Crash(int rounds, long seed, Progress progress) {
    this.rounds = rounds;
    this.random = new SplittableRandom(seed);
    this.progress = progress;
  }

  Findings run(String database) throws Exception {
    try (Town town = new Town(database)) {
      town.createQueue("mail");
      town.createQueue("ledger.fifo");
      town.createTopic("news");
      try (Audit audit = new Audit(town, List.of("mail", "ledger.fifo", "news"))) {
        return run(town, audit);
      }
    }
  }

  private Findings run(Town town, Audit audit) throws Exception {
    for (int i = 0; i < RELAYS; i++) {
      town.startRelay();
    }
    town.aws().tell("faults");
    Writing writing = new Writing(town.dataSource(), DESTINATIONS, 8, 40, random.split());
    try {
      for (int round = 1; round <= rounds; round++) {
        Thread.sleep(500 + random.nextInt(1_500));
        progress.say("round " + round + " of " + rounds + ": " + strike(town));
      }
      Thread.sleep(1_000);
    } finally {
      writing.stop();
    }
    town.aws().tell("well");
    progress.say("all is well again");
    awaitArrival(audit);
    return audit.findings();
  }

  private String strike(Town town) throws IOException, InterruptedException {
    int victim = random.nextInt(town.relays().size());
    Child relay = town.relays().get(victim);
    switch (random.nextInt(7)) {
      case 0, 1 -> {
        relay.kill();
        town.relays().remove(victim);
        town.startRelay();
        return "a relay is killed and another started";
      }
      case 2 -> {
        relay.pause();
        Thread.sleep(RelayMain.LEASE.toMillis() + random.nextInt(3_000));
        relay.resume();
        return "a relay stood still for longer than its lease";
      }
      case 3 -> {
        town.crashDatabase();
        Thread.sleep(random.nextInt(1_000));
        town.startDatabase();
        return "the database crashed";
      }
      case 4 -> {
        town.stopDatabase();
        town.startDatabase();
        return "the database was restarted";
      }
      case 5 -> {
        town.cutConnections();
        return "half of the connections are cut";
      }
      default -> {
        town.aws().tell("down");
        Thread.sleep(1_000 + random.nextInt(2_000));
        town.aws().tell("faults");
        return "the broker was away";
      }
    }
  }

  private static void awaitArrival(Audit audit) throws InterruptedException {
    long end = System.nanoTime() + ARRIVE_WITHIN_MILLIS * 1_000_000;
    while (System.nanoTime() < end) {
      try {
        if (audit.missing() == 0) {
          break;
        }
      } catch (SQLException e) {
        // A pooled connection may still be one from before a crash.
      }
      Thread.sleep(200);
    }
    Thread.sleep(2_000); // for what would come twice
  }
}
