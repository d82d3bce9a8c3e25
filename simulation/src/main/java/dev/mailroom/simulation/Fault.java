package dev.mailroom.simulation;

/** What a history may meet. The first ones are everyday business, not faults at all. */
enum Fault {
  /** Relays join and leave in good order. */
  HANDOVERS,
  /** Transactions that commit seconds after they wrote. */
  LATE_COMMITS,
  /** A transaction that stays open for the whole history, with or without rows of the outbox. */
  LONG_TRANSACTION,
  SCHEDULED,

  ENTRY_FAILURES,
  BATCH_FAILURES,
  /** The broker has the batch, but its answer never arrives. */
  LOST_ANSWERS,
  /** Some sends take as long as they may, or longer. */
  SLOW_SENDS,
  /** For a while a destination is slow and fails, or fails entirely. */
  BROWNOUT,
  BAD_MESSAGES,
  UNDECODABLE,
  /** The destination takes shorter batches than it said. */
  SHORT_BATCHES,
  NO_ROUTE,
  PAUSED_DESTINATION,
  STORE_FAILURES,
  SLOW_STORE,

  LEASE_FAILURES,
  /** The database is away for seconds. */
  OUTAGES,
  /** As an outage; besides, the sequence is set back and late acknowledgements are lost. */
  FAILOVER,
  /** A failover that no connection tells of, but the new server's answers do. */
  PROXIED_FAILOVER,
  /** A failover that nothing tells of. */
  SILENT_FAILOVER,
  CLOCK_STEPS,
  CRASHES,
  /** An engine throws in the middle of an event, and another one takes its place. */
  ENGINE_FAULTS,
  /** A process stands still, at times for longer than its lease. */
  PAUSES;

  boolean isEveryday() {
    return compareTo(SCHEDULED) <= 0;
  }
}
