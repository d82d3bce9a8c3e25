package dev.mailroom.inbox.sqs;

/** What is to be done with a delivery. */
enum Verdict {
  /** It has taken effect, now or before, or shall have none: delete it. */
  DONE,
  /** It was tried and has no effect, or nobody knows: it comes again after a pause. */
  AGAIN,
  /** It was not tried: anyone can have it at once. */
  BACK,
  /** It was not run, for it is ours no longer: leave it alone. */
  LOST
}
