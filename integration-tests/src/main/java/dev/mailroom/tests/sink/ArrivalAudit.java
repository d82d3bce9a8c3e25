package dev.mailroom.tests.sink;

import dev.mailroom.tests.prove.Figure;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Figures of what arrived against what was written.
 *
 * @param messages that had to arrive
 * @param lost had to and did not
 * @param invented arrived and must not
 * @param orderViolations arrived for the first time after a later one of their key, on FIFO
 * @param duplicates arrived again
 */
public record ArrivalAudit(
    long messages, long lost, long invented, long orderViolations, long duplicates) {

  /**
   * Compares.
   *
   * @param due had to arrive
   * @param allowed need not have arrived, nor keep an order; those due are always allowed
   */
  public static ArrivalAudit of(Numbers due, Numbers allowed, List<Arrival> arrivals) {
    Numbers arrived = new Numbers();
    Map<String, Integer> highest = new HashMap<>();
    long invented = 0;
    long disorder = 0;
    long duplicates = 0;
    List<Arrival> inTime =
        arrivals.stream().sorted(Comparator.comparingLong(Arrival::micros)).toList();
    for (Arrival each : inTime) {
      if (!arrived.add(each.lane(), each.n())) {
        duplicates++;
      } else if (due.has(each.lane(), each.n())) {
        int before = highest.merge(each.lane(), each.n(), Math::max);
        disorder += isOrdered(each) && each.n() < before ? 1 : 0;
      } else if (!allowed.has(each.lane(), each.n())) {
        invented++;
      }
    }
    return new ArrivalAudit(due.size(), due.without(arrived), invented, disorder, duplicates);
  }

  private static boolean isOrdered(Arrival arrival) {
    return arrival.lane().contains(".fifo/");
  }

  /** Both together. */
  public ArrivalAudit plus(ArrivalAudit other) {
    return new ArrivalAudit(
        messages + other.messages,
        lost + other.lost,
        invented + other.invented,
        orderViolations + other.orderViolations,
        duplicates + other.duplicates);
  }

  /**
   * The figures of every proof, of which all but the duplicates must be zero, and the messages.
   *
   * @param least messages without which nothing was shown
   */
  public List<Figure> figures(long least) {
    return List.of(
        Figure.of("lost", lost).exactly(0),
        Figure.of("invented", invented).exactly(0),
        Figure.of("order_violations", orderViolations).exactly(0),
        Figure.of("duplicates", duplicates),
        Figure.of("messages", messages).atLeast((double) Math.max(1, least)));
  }
}
