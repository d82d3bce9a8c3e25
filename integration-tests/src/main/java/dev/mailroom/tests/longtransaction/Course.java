package dev.mailroom.tests.longtransaction;

import dev.mailroom.tests.sink.Arrival;
import dev.mailroom.tests.sink.ArrivalAudit;
import dev.mailroom.tests.sink.Load.Fate;
import dev.mailroom.tests.sink.Load.Offer;
import dev.mailroom.tests.sink.Numbers;
import dev.mailroom.tests.town.DatabaseServer.Remains;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How it went while one transaction was open.
 *
 * @param offered messages a second that were committed meanwhile
 * @param deliveredRatio how many of those were accepted meanwhile, too
 * @param p99Millis from the return of a commit to the acceptance; what has not come by the end of
 *     the drain counts as accepted then
 * @param remains of the outbox at the end, before the transaction ended
 * @param audit of all that was written, after the end
 */
record Course(
    double offered, double deliveredRatio, double p99Millis, Remains remains, ArrivalAudit audit) {

  /** The time in which the transaction was open, in the measure of {@link Arrival#micros}. */
  record Span(long from, long to) {

    boolean has(long micros) {
      return micros >= from && micros < to;
    }
  }

  static Course of(List<Offer> offers, List<Arrival> arrivals, Span span, Remains remains) {
    Map<String, Map<Integer, Long>> firsts = new HashMap<>();
    arrivals.forEach(
        each ->
            firsts
                .computeIfAbsent(each.lane(), lane -> new HashMap<>())
                .merge(each.n(), each.micros(), Math::min));
    long drained = arrivals.stream().mapToLong(Arrival::micros).max().orElse(span.to());
    List<Offer> meanwhile =
        offers.stream()
            .filter(offer -> offer.fate() == Fate.COMMITTED && span.has(offer.micros()))
            .toList();
    long delivered = 0;
    long[] latencies = new long[meanwhile.size()];
    for (int i = 0; i < latencies.length; i++) {
      Offer offer = meanwhile.get(i);
      long at =
          firsts
              .getOrDefault(offer.letter().lane(), Map.of())
              .getOrDefault(offer.letter().n(), drained);
      delivered += at < span.to() ? 1 : 0;
      latencies[i] = Math.max(0, at - offer.micros());
    }
    return new Course(
        latencies.length / ((span.to() - span.from()) / 1e6),
        (double) delivered / latencies.length,
        percentile99(latencies) / 1e3,
        remains,
        ArrivalAudit.of(due(offers), new Numbers(), arrivals));
  }

  private static double percentile99(long[] values) {
    Arrays.sort(values);
    return values.length == 0 ? Double.NaN : values[(values.length * 99 - 1) / 100];
  }

  private static Numbers due(List<Offer> offers) {
    Numbers due = new Numbers();
    offers.stream()
        .filter(offer -> offer.fate() == Fate.COMMITTED)
        .forEach(offer -> due.add(offer.letter().lane(), offer.letter().n()));
    return due;
  }
}
