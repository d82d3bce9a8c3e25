package dev.mailroom.tests.crash;

import dev.mailroom.tests.prove.Figure;
import dev.mailroom.tests.town.Audit;
import dev.mailroom.tests.town.Child;
import dev.mailroom.tests.town.Deck;
import dev.mailroom.tests.town.Deck.Disaster;
import dev.mailroom.tests.town.Patience;
import dev.mailroom.tests.town.Town;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** All that can happen to processes and servers. */
final class Disasters {

  private final Town town;
  private final Audit audit;
  private final Writers writers;
  private final Random random;
  private final Repeats repeats;
  private final Deck deck;
  private long unanswered; // By relays that are dead.
  private long connectionsCut;
  private int interruptions;

  Disasters(Town town, Audit audit, Writers writers, Random random) {
    this.town = town;
    this.audit = audit;
    this.writers = writers;
    this.random = random;
    this.repeats = new Repeats(audit);
    this.deck =
        new Deck(
            List.of(
                new Disaster("relay_killed", this::killRelay),
                new Disaster("relay_paused", this::pauseRelay),
                new Disaster("database_killed", this::killDatabase),
                new Disaster("database_restarted", this::restartDatabase),
                new Disaster("connections_cut", this::cutConnections),
                new Disaster("writers_killed", this::killWriters),
                new Disaster("answers_lost", this::loseAnswers),
                new Disaster("broker_failing", this::letBrokerFail),
                new Disaster("broker_hanging", this::letBrokerHang)),
            random);
  }

  /** Strikes once; returns how. */
  String strike() throws Exception {
    return deck.strike();
  }

  private void killRelay() throws Exception {
    Child relay = town.relays().remove(random.nextInt(town.relays().size()));
    unanswered += Long.parseLong(relay.tell("unanswered"));
    repeats.withoutAnswer(relay.tell("which"));
    long now = System.currentTimeMillis();
    relay.kill();
    repeats.afterRelay(now, now, audit.waiting());
    interruptions++;
    town.startRelays(1);
  }

  private void pauseRelay() throws Exception {
    Child relay = town.relays().get(random.nextInt(town.relays().size()));
    long now = System.currentTimeMillis();
    relay.pause();
    Set<String> waiting = audit.waiting();
    Thread.sleep(Patience.HASTY.lease().toMillis() + random.nextInt(3_000));
    relay.resume();
    repeats.afterRelay(now, System.currentTimeMillis(), waiting);
    interruptions += 2; // The second is what it sends late.
  }

  private void killDatabase() throws Exception {
    long now = System.currentTimeMillis();
    Set<String> waiting = audit.waiting();
    town.crashDatabase();
    Thread.sleep(random.nextInt(1_000));
    town.startDatabase();
    repeats.afterDatabase(now, System.currentTimeMillis(), town.mayForgetMillis(), waiting);
    interruptions++;
  }

  private void restartDatabase() throws Exception {
    long now = System.currentTimeMillis();
    Set<String> waiting = audit.waiting();
    town.stopDatabase();
    town.startDatabase();
    repeats.afterDatabase(now, System.currentTimeMillis(), 0, waiting);
    interruptions++;
  }

  private void cutConnections() throws Exception {
    connectionsCut += town.cutConnections();
  }

  private void killWriters() throws Exception {
    writers.killAndReplace();
  }

  private void loseAnswers() throws Exception {
    long now = System.currentTimeMillis();
    town.aws().tell("lossy");
    Thread.sleep(1_000 + random.nextInt(2_000));
    town.aws().tell("faults");
    repeats.afterLoss(now, System.currentTimeMillis());
  }

  private void letBrokerFail() throws Exception {
    town.aws().tell("down");
    Thread.sleep(1_000 + random.nextInt(2_000));
    town.aws().tell("faults");
  }

  /** For longer than a relay waits for an answer. */
  private void letBrokerHang() throws Exception {
    town.aws().pause();
    Thread.sleep(Patience.HASTY.sendTimeout().toMillis() + 500 + random.nextInt(1_000));
    town.aws().resume();
  }

  /** How much was on its way whenever something died or did not answer. */
  long inFlight() throws Exception {
    return repeats.possible() + withoutAnswer();
  }

  private long withoutAnswer() throws IOException {
    return Long.parseLong(town.aws().tell("unanswered")) + unanswered + town.unanswered();
  }

  /** What happened, and how often. */
  List<Figure> figures() throws Exception {
    long withoutAnswer = withoutAnswer();
    for (Child relay : town.relays()) {
      repeats.withoutAnswer(relay.tell("which"));
    }
    List<Figure> figures = new ArrayList<>();
    figures.add(shown(Figure.of("sent_without_answer", withoutAnswer)));
    figures.add(Figure.of("repeats_unexplained", repeats.unexplained()).exactly(0));
    figures.add(shown(Figure.of("connections_cut", connectionsCut)));
    figures.addAll(deck.figures());
    return figures;
  }

  /** It must have happened if all kinds of disasters have. */
  private Figure shown(Figure figure) {
    return deck.isThrough() ? figure.atLeast(1) : figure;
  }

  /** How often a key may have gone back to an earlier message. */
  int interruptions() {
    return interruptions;
  }
}
