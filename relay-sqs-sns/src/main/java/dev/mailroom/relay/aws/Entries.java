package dev.mailroom.relay.aws;

import dev.mailroom.relay.Transport.Result;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answers to the entries of one batch, by position; what is in doubt counts as failed. */
final class Entries {

  private final Map<Integer, Result> results = new HashMap<>();

  void accepted(String id) {
    results.put(Integer.valueOf(id), new Result.Accepted());
  }

  void failed(
      String id, @Nullable String code, @Nullable String message, @Nullable Boolean senderFault) {
    String text = Faults.text(code, message);
    results.put(Integer.valueOf(id), result(code, text, Boolean.TRUE.equals(senderFault)));
  }

  Map<Integer, Result> results() {
    return results;
  }

  /**
   * Of one entry among others that may have passed. A code that is not known is the entry's fault
   * if the service calls it the sender's, because then it would fail for ever and hold up its key;
   * else it may pass.
   */
  private static Result result(@Nullable String code, String text, boolean senderFault) {
    return switch (Faults.of(code)) {
      case MESSAGE, TOO_LONG -> new Result.Refused(text);
      case DESTINATION, MISSING -> new Result.Unavailable(text);
      case TRANSIENT -> new Result.Failed(text);
      case UNKNOWN -> senderFault ? new Result.Refused(text) : new Result.Failed(text);
    };
  }
}
