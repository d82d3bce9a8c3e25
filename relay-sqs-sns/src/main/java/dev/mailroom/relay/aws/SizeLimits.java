package dev.mailroom.relay.aws;

import org.jspecify.annotations.Nullable;

/**
 * The most bytes that a destination takes in one message and in one batch.
 *
 * <p>SQS: a batch may have 1 MiB in all, and a message as many as the queue's {@code
 * MaximumMessageSize} says. Queues from before August 2025 may still say 256 KiB, which then was
 * the bound of batches too; so up to there the batch is held to that, which both rules allow. SNS:
 * the topic's {@code MaximumMessageSize}, by default 256 KiB, bounds both (API references of
 * SendMessageBatch and PublishBatch).
 */
record SizeLimits(int message, int batch) {

  static final int SMALLEST = 1_024;
  static final int LARGEST = 1_048_576;
  static final int CLASSIC = 262_144;

  /**
   * @param said by the queue itself, if that could be read
   * @param own as the route has it
   */
  static SizeLimits sqs(@Nullable Integer said, @Nullable Integer own) {
    int message = Math.min(orLargest(said), orLargest(own));
    int batch = said != null && said <= CLASSIC ? CLASSIC : LARGEST;
    return new SizeLimits(message, Math.min(batch, orLargest(own)));
  }

  static SizeLimits sns(@Nullable Integer said, @Nullable Integer own) {
    int bytes =
        said == null
            ? own == null ? CLASSIC : own
            : Math.min(Math.min(said, LARGEST), orLargest(own));
    return new SizeLimits(bytes, bytes);
  }

  static int require(int bytes) {
    if (bytes < SMALLEST || bytes > LARGEST) {
      throw new IllegalArgumentException(
          "maxBytes must be " + SMALLEST + " to " + LARGEST + ": " + bytes);
    }
    return bytes;
  }

  private static int orLargest(@Nullable Integer bytes) {
    return bytes == null ? LARGEST : bytes;
  }
}
