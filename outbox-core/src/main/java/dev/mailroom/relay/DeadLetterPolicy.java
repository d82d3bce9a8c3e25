package dev.mailroom.relay;

/** What happens to the later messages of a key on an ordered destination when one is DEAD. */
public enum DeadLetterPolicy {
  /** They wait until an operator retries or discards it. */
  BLOCK_KEY,
  /** They go on without it. */
  SKIP
}
