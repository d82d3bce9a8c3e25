package dev.mailroom.examples.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.util.Locale;

/**
 * What the audit found.
 *
 * @param ordersCommitted order transactions that committed
 * @param messages written to the outboxes by transactions that committed
 * @param duplicatesReceived deliveries of a message to a queue that had seen it, counted by the
 *     broker
 * @param msgsPerSecond messages by the time from the first change to the last effect
 * @param p50Ms half of the effects were written so soon after their change
 */
record Report(
    long seed,
    long ordersCommitted,
    long ordersRolledBack,
    long messages,
    long duplicatesReceived,
    long lost,
    long invented,
    long doubleEffects,
    long orderViolations,
    long msgsPerSecond,
    long p50Ms,
    long p99Ms) {

  private static final ObjectMapper JSON =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  boolean promisesKept() {
    return lost == 0 && invented == 0 && doubleEffects == 0 && orderViolations == 0 && messages > 0;
  }

  String asJson() throws JsonProcessingException {
    return JSON.writeValueAsString(this);
  }

  String asText() {
    return String.format(
        Locale.ROOT,
        """

        %d order transactions committed and %d rolled back; %d messages, %d duplicates received
          nothing lost          %s
          nothing invented      %s
          no effect twice       %s
          order kept by key     %s
        %d messages/s; commit to effect: %d ms at the median, %d ms at p99 (seed %d)
        """,
        ordersCommitted,
        ordersRolledBack,
        messages,
        duplicatesReceived,
        verdict(lost, "lost"),
        verdict(invented, "invented"),
        verdict(doubleEffects, "double effects"),
        verdict(orderViolations, "out of order"),
        msgsPerSecond,
        p50Ms,
        p99Ms,
        seed);
  }

  private static String verdict(long broken, String name) {
    return broken == 0 ? "kept" : "BROKEN: " + broken + " " + name;
  }
}
