package dev.mailroom.relay.aws;

/**
 * Where a destination's messages go: to a queue or to a topic. Immutable. A name that ends in
 * {@code .fifo} means that order within a key matters.
 */
public sealed interface Route permits SqsQueue, SnsTopic {

  /**
   * A copy with a bound of its own for the bytes of a message and of a batch, by which larger
   * messages are refused. The default is what the queue or topic itself says in its attribute
   * {@code MaximumMessageSize}, and where that may not be read, 1 MiB for SQS and 256 KiB for SNS.
   * Where it is read, the smaller of the two holds.
   *
   * @param bytes 1 KiB to 1 MiB
   * @throws IllegalArgumentException if it is outside of these
   */
  Route maxBytes(int bytes);
}
