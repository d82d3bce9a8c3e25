package dev.mailroom.relay.aws;

import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport.Result;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** One queue or one topic, as its service speaks of it. */
interface Sender {

  boolean fifo();

  /** What holds before {@link #find} has answered. */
  SizeLimits bounds();

  /** Looks the destination up; fails if there is none. */
  CompletableFuture<Place> find();

  /** The destination is gone: whatever is remembered of it is wrong. */
  void lost();

  /** Sends one batch in one call. The results are keyed by the position in the batch. */
  CompletableFuture<Map<Integer, Result>> send(Place place, List<OutboxEntry> batch);
}
