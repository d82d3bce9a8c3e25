package dev.mailroom.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * What many histories came to.
 *
 * @param broken those in which a promise was broken
 */
record Report(long seed, int histories, long historiesPerMinute, List<Verdict> broken) {

  private static final int MOST_SEEDS = 20;

  static Report of(long seed, int histories, long nanos, List<Verdict> broken) {
    return new Report(seed, histories, (long) (histories * 60e9 / nanos), broken);
  }

  boolean promisesKept() {
    return broken.isEmpty();
  }

  /** How often a promise was broken. */
  long count(Promise promise) {
    return broken.stream()
        .flatMap(verdict -> verdict.complaints().stream())
        .filter(complaint -> complaint.promise() == promise)
        .count();
  }

  String asText() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%n%d histories, %d a minute (seed %d)%n",
            histories,
            historiesPerMinute,
            seed));
    for (Promise promise : Promise.values()) {
      long count = count(promise);
      text.append(
          String.format(
              Locale.ROOT,
              "  %-42s%s%n",
              promise.text,
              count == 0 ? "kept" : "BROKEN: " + count + " times"));
    }
    broken.stream()
        .limit(MOST_SEEDS)
        .forEach(
            verdict ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "  --seed %-20d %s%n",
                        verdict.seed(),
                        verdict.complaints().get(0))));
    return text.toString();
  }

  String asJson() throws JsonProcessingException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode();
    json.put("lost", count(Promise.LOST));
    json.put("invented", count(Promise.INVENTED));
    json.put("order_violations", count(Promise.ORDER));
    json.put("duplicates_without_fault", count(Promise.DUPLICATE));
    json.put("sends_without_lease", count(Promise.WITHOUT_LEASE));
    json.put("stuck", count(Promise.STUCK));
    json.put("unfair_shares", count(Promise.UNFAIR));
    json.put("engine_faults", count(Promise.FAULT));
    json.put("histories", histories);
    json.put("histories_per_minute", historiesPerMinute);
    json.put("seed", seed);
    return mapper.writeValueAsString(json);
  }
}
