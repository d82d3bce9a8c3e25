package dev.mailroom.tests.failover;

import dev.mailroom.tests.sink.Arrival;
import dev.mailroom.tests.sink.ArrivalAudit;
import dev.mailroom.tests.sink.Load.Fate;
import dev.mailroom.tests.sink.Load.Offer;
import dev.mailroom.tests.sink.Numbers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a failover left.
 *
 * @param audit what the new primary has against what arrived; messages of commits that it does not
 *     have may have arrived and have no order
 * @param lostCommits messages whose commit was acknowledged and which the new primary does not have
 * @param lostCommitsSent messages that arrived and which the new primary does not have
 * @param outageMillis from the death of the old primary to the first acceptance of a message that
 *     was committed later
 * @param longestWaitMillis of a message that was committed later, until it was accepted
 */
record Aftermath(
    ArrivalAudit audit,
    long lostCommits,
    long lostCommitsSent,
    double outageMillis,
    double longestWaitMillis) {

  static Aftermath of(Numbers kept, List<Offer> offers, List<Arrival> arrivals, long died) {
    Numbers acknowledged = new Numbers();
    Numbers allowed = new Numbers();
    for (Offer offer : offers) {
      if (offer.fate() == Fate.COMMITTED) {
        acknowledged.add(offer.letter().lane(), offer.letter().n());
      }
      if (offer.fate() != Fate.ROLLED_BACK) {
        allowed.add(offer.letter().lane(), offer.letter().n());
      }
    }
    Numbers sent = new Numbers();
    arrivals.forEach(arrival -> sent.add(arrival.lane(), arrival.n()));
    Map<String, Long> firsts = firsts(arrivals);
    double outage = Double.NaN;
    double longest = 0;
    for (Offer offer : offers) {
      Long first = firsts.get(offer.letter().lane() + ":" + offer.letter().n());
      if (first != null && offer.fate() == Fate.COMMITTED && offer.micros() > died) {
        outage = Double.isNaN(outage) ? (double) first : Math.min(outage, first);
        longest = Math.max(longest, (double) (first - offer.micros()));
      }
    }
    return new Aftermath(
        ArrivalAudit.of(kept, allowed, arrivals),
        acknowledged.without(kept),
        sent.without(kept),
        (outage - died) / 1e3,
        longest / 1e3);
  }

  private static Map<String, Long> firsts(List<Arrival> arrivals) {
    Map<String, Long> firsts = new HashMap<>();
    arrivals.forEach(each -> firsts.merge(each.lane() + ":" + each.n(), each.micros(), Math::min));
    return firsts;
  }
}
