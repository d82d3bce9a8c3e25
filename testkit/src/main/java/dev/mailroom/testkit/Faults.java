package dev.mailroom.testkit;

import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What goes wrong in a {@link LocalAws}; nothing at first. Everything may change while calls run.
 *
 * <p>Plans apply to what moves messages: sending, publishing, receiving, deleting and changing
 * visibility, not to creating or describing queues and topics. A plan for a topic governs the call
 * that publishes; from the topic on to its queues nothing fails, as SNS would retry until it
 * succeeds.
 *
 * <p>The same seed and the same calls in the same order meet the same faults.
 *
 * <p>Thread-safe.
 */
public final class Faults {

  private final Map<String, FaultPlan> plans = new ConcurrentHashMap<>();
  private final Set<String> down = ConcurrentHashMap.newKeySet();
  private final Set<String> forgetful = ConcurrentHashMap.newKeySet();
  private final Map<Fault, LongAdder> injected = new ConcurrentHashMap<>();
  private final LongAdder lostMessages = new LongAdder();
  private volatile FaultPlan everywhere = FaultPlan.NONE;
  private volatile Random random = new Random();

  Faults() {}

  /** Follows {@code plan} on every queue and topic that has no plan of its own. */
  public void all(FaultPlan plan) {
    everywhere = plan;
  }

  /**
   * Follows {@code plan} on one queue or topic, whatever {@link #all} says.
   *
   * @param name the queue's or topic's name, with {@code .fifo} where it has it
   */
  public void on(String name, FaultPlan plan) {
    plans.put(name, plan);
  }

  /** Lets every call on that queue or topic fail, by status 503 or a cut connection. */
  public void down(String name) {
    down.add(name);
  }

  /** Ends {@link #down}. */
  public void up(String name) {
    down.remove(name);
  }

  /**
   * Lets that FIFO queue forget at once what it accepted, as every one does after 5 minutes: a
   * repeat with the same deduplication id is delivered again.
   */
  public void forgetful(String queue) {
    forgetful.add(queue);
  }

  /** Forgets all plans and lifts every {@link #down} and {@link #forgetful}; the counts stay. */
  public void clear() {
    everywhere = FaultPlan.NONE;
    plans.clear();
    down.clear();
    forgetful.clear();
  }

  /** Rolls from here on with a generator of that seed, instead of a random one. */
  public void seed(long seed) {
    random = new Random(seed);
  }

  /** What was injected since the start. */
  public Counts counts() {
    return new Counts(
        count(Fault.THROTTLE),
        count(Fault.SERVER_ERROR),
        count(Fault.LOST_RESPONSE),
        lostMessages.sum(),
        count(Fault.PARTIAL_FAILURE),
        count(Fault.DUPLICATE),
        count(Fault.LATENCY),
        count(Fault.DOWN));
  }

  private long count(Fault fault) {
    return injected(fault).sum();
  }

  private LongAdder injected(Fault fault) {
    return injected.computeIfAbsent(fault, f -> new LongAdder());
  }

  FaultPlan plan(String name) {
    return plans.getOrDefault(name, everywhere);
  }

  boolean isDown(String name) {
    return down.contains(name);
  }

  boolean isForgetful(String queue) {
    return forgetful.contains(queue);
  }

  /** Rolls; true, and counted, with that probability. */
  boolean strikes(Fault fault, double probability) {
    boolean strikes = probability > 0 && random.nextDouble() < probability;
    if (strikes) {
      injected(fault).increment();
    }
    return strikes;
  }

  /** A call that sends so many messages gets no answer. */
  void lose(int messages) {
    lostMessages.add(messages);
  }

  boolean flip() {
    return random.nextBoolean();
  }

  enum Fault {
    THROTTLE,
    SERVER_ERROR,
    LOST_RESPONSE,
    PARTIAL_FAILURE,
    DUPLICATE,
    LATENCY,
    DOWN
  }

  /**
   * How many faults were injected.
   *
   * @param throttled calls refused by throttling
   * @param serverErrors calls refused with status 500
   * @param lostResponses calls carried out without an answer
   * @param lostMessages in those of them that send or publish: whoever sent them cannot know that
   *     they were accepted
   * @param partialFailures batch entries that failed
   * @param duplicates messages that were delivered once more
   * @param delayed calls that waited
   * @param refused calls on what was down
   */
  public record Counts(
      long throttled,
      long serverErrors,
      long lostResponses,
      long lostMessages,
      long partialFailures,
      long duplicates,
      long delayed,
      long refused) {}
}
