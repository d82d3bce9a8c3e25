package dev.mailroom.relay;

import dev.mailroom.relay.Transport.Limits;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.ToIntFunction;

/** Takes the next batch off a queue, in its order and within the limits of the destination. */
final class BatchPacker {

  private BatchPacker() {}

  /** At least one item, even if it is too large by itself: the transport then says so. */
  static <T> List<T> pack(Deque<T> queue, Limits limits, ToIntFunction<T> sizeOf) {
    List<T> batch = new ArrayList<>();
    long bytes = 0;
    while (!queue.isEmpty() && batch.size() < limits.maxEntries()) {
      bytes += sizeOf.applyAsInt(queue.peek());
      if (bytes > limits.maxBytes() && !batch.isEmpty()) {
        break;
      }
      batch.add(queue.remove());
    }
    return batch;
  }
}
