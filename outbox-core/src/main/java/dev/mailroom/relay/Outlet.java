package dev.mailroom.relay;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * One destination as all databases of a relay share it: its gate, so that a broken destination is
 * probed once and a rate limit is not multiplied, and its batches in flight. The databases that
 * wait for it take turns: the one with the fewest batches on their way goes first, and among equals
 * the one that has waited longest. So each has the same share while it needs it, and one alone has
 * all.
 */
final class Outlet {

  private final DestinationGate gate;
  private final int most;
  private final Runnable unused;
  private final Alarm alarm;
  private final Set<Member> members = new HashSet<>();
  private final Set<Member> waiting = new LinkedHashSet<>();
  private int inFlight;
  private long passes;
  private long accepted;

  /**
   * @param most batches on their way at a time
   * @param unused run when the last member has left
   */
  Outlet(DestinationGate gate, Timeline timeline, int most, Runnable unused) {
    this.gate = gate;
    this.most = most;
    this.unused = unused;
    alarm = new Alarm(timeline, this::wakeNext);
  }

  /**
   * One more database that sends here.
   *
   * @param wake tells it to ask for a pass again, in an event of its own. It then asks, or
   *     withdraws
   */
  Member join(Runnable wake) {
    Member member = new Member(wake);
    members.add(member);
    return member;
  }

  private void wakeNext() {
    Member next = null;
    for (Member member : waiting) {
      if (next == null || member.isBefore(next)) {
        next = member;
      }
    }
    if (next != null && inFlight < most) {
      next.wake();
    }
  }

  /** One database's way to the destination. */
  final class Member {

    private final Runnable wake;
    private boolean woken;
    private int mine;
    private long lastPass;

    private Member(Runnable wake) {
      this.wake = wake;
    }

    DestinationGate.State state() {
      return gate.state();
    }

    /** How many batches of this database are on their way. */
    int inFlight() {
      return mine;
    }

    /** How many entries the destination has accepted in all, whosever they were. */
    long accepted() {
      return accepted;
    }

    void accepted(int entries) {
      accepted += entries;
    }

    /**
     * Whether one batch may go now; {@link #sending} and {@link #ended} follow. If not, this
     * database waits until it is woken.
     */
    boolean tryPass() {
      woken = false;
      waiting.add(this);
      if (inFlight >= most || !isNext()) {
        wakeNext();
        return false;
      }
      Duration wait = gate.tryPass();
      if (!wait.isZero()) {
        alarm.setAtMost(wait);
        return false;
      }
      waiting.remove(this);
      inFlight++;
      mine++;
      lastPass = ++passes;
      wakeNext();
      return true;
    }

    private boolean isNext() {
      return waiting.stream().noneMatch(other -> other.isBefore(this));
    }

    private boolean isBefore(Member other) {
      return mine < other.mine || (mine == other.mine && lastPass < other.lastPass);
    }

    private void wake() {
      if (!woken) {
        woken = true;
        wake.run();
      }
    }

    /** Has nothing that could go now. */
    void withdraw() {
      woken = false;
      waiting.remove(this);
      wakeNext();
    }

    void sending(int messages) {
      gate.sending(messages);
    }

    /** The batch is back; this database then asks again, or withdraws. */
    void ended(Verdicts.Outcome outcome, Duration took) {
      inFlight--;
      mine--;
      switch (outcome) {
        case SUCCESS -> gate.succeeded(took);
        case FAILURE -> gate.failed(took);
        case UNCLEAR -> gate.abandoned();
      }
    }

    /** Is heard of no more; nobody waits for its batches, though they may arrive. */
    void leave() {
      members.remove(this);
      waiting.remove(this);
      inFlight -= mine;
      if (members.isEmpty()) {
        unused.run();
        return;
      }
      for (; mine > 0; mine--) {
        gate.abandoned();
      }
      wakeNext();
    }
  }
}
