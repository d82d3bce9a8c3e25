package dev.mailroom.tests.crash;

import dev.mailroom.tests.town.Audit;
import dev.mailroom.tests.town.Audit.Repeat;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What disasters allow to arrive twice. Each names the messages for which it does, so that a repeat
 * of another one, or at another time, shows.
 */
final class Repeats {

  /** A call that a dead relay had made may still be carried out. */
  private static final long CARRIED_OUT_WITHIN_MILLIS = 5_000;

  /**
   * @param since messages accepted from then on may be repeated, too
   * @param waiting messages in the outbox
   */
  record Risk(long from, long to, long since, Set<String> waiting) {

    boolean explains(Repeat repeat) {
      return (waiting.contains(repeat.message()) || repeat.before() >= since)
          && repeat.before() <= to + CARRIED_OUT_WITHIN_MILLIS
          && repeat.again() >= from;
    }
  }

  private final Audit audit;
  private final List<Risk> risks = new ArrayList<>();
  private final List<Risk> losses = new ArrayList<>();
  private final Set<String> withoutAnswer = new HashSet<>();

  Repeats(Audit audit) {
    this.audit = audit;
  }

  /** A relay ended, or stood still, so that others send what was waiting. */
  void afterRelay(long from, long to, Set<String> waiting) {
    risks.add(new Risk(from, to, Long.MAX_VALUE, waiting));
  }

  /**
   * The database was away, so that nothing could be deleted meanwhile.
   *
   * @param forgets for how long before it may have lost deletions
   */
  void afterDatabase(long from, long to, long forgets, Set<String> waiting) {
    long since = from - forgets;
    for (Risk earlier : risks) {
      if (earlier.to() >= since) {
        since = Math.min(since, earlier.from()); // It was deleted late.
      }
    }
    risks.add(new Risk(from, to, since, waiting));
  }

  /** The broker left calls without an answer. */
  void afterLoss(long from, long to) {
    losses.add(new Risk(from, to, from, Set.of()));
  }

  /** What a relay has sent without an answer in time, with blanks in between. */
  void withoutAnswer(String messages) {
    Collections.addAll(withoutAnswer, messages.split(" ", -1));
  }

  /** How many messages may have been repeated, once for each time that relays or database died. */
  long possible() throws SQLException {
    long sum = 0;
    for (Risk risk : risks) {
      // What was not accepted in time was waiting, but is not repeated.
      Set<String> all = audit.accepted(0, risk.to() + CARRIED_OUT_WITHIN_MILLIS);
      all.retainAll(risk.waiting());
      all.addAll(audit.accepted(risk.since(), risk.to()));
      sum += all.size();
    }
    return sum;
  }

  /** How many repeats nothing explains. */
  long unexplained() throws SQLException {
    return audit.repeats().stream()
        .filter(repeat -> !withoutAnswer.contains(repeat.message()))
        .filter(repeat -> risks.stream().noneMatch(risk -> risk.explains(repeat)))
        .filter(repeat -> losses.stream().noneMatch(risk -> risk.explains(repeat)))
        .count();
  }
}
