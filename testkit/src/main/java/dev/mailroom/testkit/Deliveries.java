package dev.mailroom.testkit;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What consumers were handed, counted in the broker and so independent of the code under test: one
 * delivery is one message in an answer to {@code ReceiveMessage} that was sent off. {@link
 * LocalAws#drain} does not count.
 *
 * <p>A delivery is a repeat if the queue has delivered a message with the same {@code mailroom-id}
 * before, be that the same message again or another copy of it; without such an attribute (on the
 * message, or in its SNS envelope) the id that SQS gave the message counts.
 *
 * <p>The last {@value #REMEMBERED} ids of each queue are remembered, about 100 bytes each; older
 * ones are forgotten, and their repeats then count as new.
 *
 * <p>Thread-safe.
 */
public final class Deliveries {

  static final int REMEMBERED = 1_000_000;

  private final Map<String, Ledger> ledgers = new HashMap<>();

  Deliveries() {}

  synchronized void delivered(String queue, String id) {
    ledgers.computeIfAbsent(queue, name -> new Ledger()).add(id);
  }

  /** The count of one queue, by its name. */
  public synchronized Count of(String queue) {
    Ledger ledger = ledgers.get(queue);
    return ledger == null ? new Count(0, 0) : ledger.count();
  }

  /** The count of every queue that has delivered something, by its name. */
  public synchronized Map<String, Count> byQueue() {
    Map<String, Count> counts = new HashMap<>();
    ledgers.forEach((queue, ledger) -> counts.put(queue, ledger.count()));
    return counts;
  }

  /** The sum over all queues. */
  public Count total() {
    return byQueue().values().stream().reduce(new Count(0, 0), Count::plus);
  }

  /** Forgets all counts and ids. */
  public synchronized void reset() {
    ledgers.clear();
  }

  /**
   * How many deliveries there were.
   *
   * @param received messages handed out
   * @param repeats those of them that had been handed out before
   */
  public record Count(long received, long repeats) {

    private Count plus(Count other) {
      return new Count(received + other.received, repeats + other.repeats);
    }
  }

  private static final class Ledger {

    private final Map<String, Boolean> seen =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
          }
        };
    private long received;
    private long repeats;

    void add(String id) {
      received++;
      if (seen.put(id, true) != null) {
        repeats++;
      }
    }

    Count count() {
      return new Count(received, repeats);
    }
  }
}
