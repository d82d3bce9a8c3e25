package dev.mailroom.tests.crash;

import dev.mailroom.tests.town.Audit;
import dev.mailroom.tests.town.Child;
import dev.mailroom.tests.town.Patience;
import dev.mailroom.tests.town.Town;
import java.io.IOException;
import java.sql.SQLException;
import java.util.SplittableRandom;

/** All that can happen to processes and servers, and what each may at most let arrive twice. */
final class Disasters {

  private static final int BATCH = 10;

  private final Town town;
  private final Audit audit;
  private final Writers writers;
  private final SplittableRandom random;
  private long inFlight;
  private int interruptions;

  Disasters(Town town, Audit audit, Writers writers, SplittableRandom random) {
    this.town = town;
    this.audit = audit;
    this.writers = writers;
    this.random = random;
  }

  /** Strikes once, and says how. */
  String strike() throws IOException, InterruptedException, SQLException {
    return switch (random.nextInt(10)) {
      case 0, 1 -> killRelay();
      case 2 -> pauseRelay();
      case 3 -> crashDatabase();
      case 4 -> restartDatabase();
      case 5 -> cutConnections();
      case 6, 7 -> killWriters();
      case 8 -> loseAnswers();
      default -> takeBrokerAway();
    };
  }

  private String killRelay() throws IOException, InterruptedException, SQLException {
    Child relay = town.relays().remove(random.nextInt(town.relays().size()));
    inFlight += unanswered(relay);
    relay.kill();
    repeats(audit.rows());
    town.startRelays(1);
    return "a relay was killed and another started";
  }

  private String pauseRelay() throws IOException, InterruptedException, SQLException {
    Child relay = town.relays().get(random.nextInt(town.relays().size()));
    relay.pause();
    repeats(audit.rows());
    Thread.sleep(Patience.HASTY.lease().toMillis() + random.nextInt(3_000));
    relay.resume();
    interruptions++; // It may send late what it was about to send.
    return "a relay stood still for longer than its lease";
  }

  private String crashDatabase() throws InterruptedException, SQLException {
    long now = System.currentTimeMillis();
    long before = audit.rows() + audit.missing() + receivedSince(now - town.mayForgetMillis());
    town.crashDatabase();
    Thread.sleep(random.nextInt(1_000));
    town.startDatabase();
    repeats(before + town.countInTheEnd("SELECT count(*) FROM sent WHERE at_ms >= " + now));
    return "the database crashed";
  }

  private String restartDatabase() throws SQLException {
    long before = audit.rows();
    town.stopDatabase();
    town.startDatabase();
    repeats(before);
    return "the database was restarted";
  }

  private String cutConnections() {
    town.cutConnections();
    return "half of the connections were cut";
  }

  private String killWriters() throws IOException, InterruptedException {
    writers.killAndReplace();
    return "writers were killed in the middle of transactions";
  }

  private String loseAnswers() throws IOException, InterruptedException {
    town.aws().tell("lossy");
    Thread.sleep(1_000 + random.nextInt(2_000));
    town.aws().tell("faults");
    return "the broker did not answer to some calls that it carried out";
  }

  private String takeBrokerAway() throws IOException, InterruptedException {
    town.aws().tell("down");
    Thread.sleep(1_000 + random.nextInt(2_000));
    town.aws().tell("faults");
    return "the broker was away";
  }

  private long receivedSince(long millis) throws SQLException {
    return town.countInTheEnd("SELECT count(*) FROM received WHERE at_ms >= " + millis);
  }

  private void repeats(long atMost) {
    inFlight += atMost;
    interruptions++;
  }

  private static long unanswered(Child process) throws IOException {
    return Long.parseLong(process.tell("unanswered"));
  }

  /** How much was on its way whenever something died or was cut, and so may have come twice. */
  long inFlight() throws IOException {
    return inFlight + BATCH * unanswered(town.aws()) + town.unanswered();
  }

  /** How often a key may have gone back to an earlier message. */
  int interruptions() {
    return interruptions;
  }
}
