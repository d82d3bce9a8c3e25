package dev.mailroom.inbox.sqs;

/** What is to be done with a delivery. */
enum Verdict {
  /** It has taken effect, now or before, or shall have none: delete it. */
  DONE,
  /** It was tried and has no effect, or nobody knows: it comes again after a pause. */
  AGAIN,
  /** A copy of it is being processed elsewhere: it comes again when that one may have ended. */
  ELSEWHERE,
  /** As AGAIN, at the last delivery that its queue allows: it has left its group, which goes on. */
  GIVEN_UP,
  /** The database let nothing begin: it stays here and is tried again. */
  NOT_NOW,
  /** It was not tried: anyone can have it at once. */
  BACK,
  /** It was not run, for it is ours no longer: leave it alone. */
  LOST;

  /** Whether it was tried and comes again, and its group after it. */
  boolean comesAgain() {
    return this == AGAIN || this == ELSEWHERE;
  }

  /** Whether later messages of its group may run. */
  boolean letsOthersRun() {
    return this == DONE || this == GIVEN_UP;
  }
}
