package dev.mailroom.relay.aws;

/** What an error of SNS or SQS says about whom. */
enum Fault {
  /** This message is bad and stays so. */
  MESSAGE,
  /** The batch is too long or has too many entries; smaller ones may pass. */
  TOO_LONG,
  /** The destination is forbidden, misconfigured, or cannot use its key. */
  DESTINATION,
  /** The destination does not exist, or no longer. */
  MISSING,
  /** It may pass: throttled, unreachable, timed out, failed inside. */
  TRANSIENT,
  /** A code that the table does not have. */
  UNKNOWN
}
