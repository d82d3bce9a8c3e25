package dev.mailroom.tests;

import dev.mailroom.tests.Town.Outcome;
import java.io.IOException;
import java.sql.SQLException;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Three relays under load, to which all happens that can happen to processes and servers. */
final class Crash {

  private static final int RELAYS = 3;
  private static final long ARRIVE_WITHIN_MILLIS = 120_000;

  private final int rounds;
  private final SplittableRandom random;
  private final Consumer<String> progress;

  /**
   * @param progress told of each round
   */
  Crash(int rounds, long seed, Consumer<String> progress) {
    this.rounds = rounds;
    this.random = new SplittableRandom(seed);
    this.progress = progress;
  }

  Outcome run() throws Exception {
    try (Town town = new Town()) {
      town.receive();
      for (int i = 0; i < RELAYS; i++) {
        town.startRelay();
      }
      town.aws.tell("faults");
      Writing writing = new Writing(town.dataSource, 8, 40, random.split());
      try {
        for (int round = 1; round <= rounds; round++) {
          Thread.sleep(500 + random.nextInt(1_500));
          progress.accept("round " + round + " of " + rounds + ": " + strike(town));
        }
        Thread.sleep(1_000);
      } finally {
        writing.stop();
      }
      town.aws.tell("well");
      progress.accept("all is well again");
      awaitArrival(town);
      return town.audit();
    }
  }

  private String strike(Town town) throws IOException, InterruptedException, SQLException {
    int victim = random.nextInt(town.relays.size());
    Child relay = town.relays.get(victim);
    switch (random.nextInt(7)) {
      case 0, 1 -> {
        relay.kill();
        town.relays.remove(victim);
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
        town.postgres.crash();
        Thread.sleep(random.nextInt(1_000));
        town.postgres.startAgain();
        return "the database crashed";
      }
      case 4 -> {
        town.postgres.stop();
        town.postgres.startAgain();
        return "the database was restarted";
      }
      case 5 -> {
        cutConnections(town);
        return "half of the connections are cut";
      }
      default -> {
        town.aws.tell("down");
        Thread.sleep(1_000 + random.nextInt(2_000));
        town.aws.tell("faults");
        return "the broker was away";
      }
    }
  }

  private static void cutConnections(Town town) {
    try {
      town.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
              + " AND datname = current_database() AND random() < 0.5");
    } catch (SQLException e) {
      // The pool gave a connection that was cut before.
    }
  }

  private static void awaitArrival(Town town) throws InterruptedException {
    long end = System.nanoTime() + ARRIVE_WITHIN_MILLIS * 1_000_000;
    while (System.nanoTime() < end) {
      try {
        if (town.missing() == 0) {
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
