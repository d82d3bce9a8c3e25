package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.jdbc.HotStatements.Answer;
import dev.mailroom.relay.OutboxStore.ServerChanged;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Notices that another server answers than before, even where a pool or a proxy has replaced the
 * connections in silence. What was known of the old one's sequence and transactions is void then;
 * so no answer of the new one passes until the relay has heeded that. Thread-safe.
 */
final class ServerWatch {

  private final AtomicReference<@Nullable String> heeded = new AtomicReference<>();

  /**
   * The value of {@code answer}.
   *
   * @throws ServerChanged if it is of another server than the last one that was heeded
   */
  <T> T checked(Answer<T> answer) {
    answer.server().ifPresent(this::check);
    return answer.value();
  }

  private void check(String server) {
    String before = heeded.compareAndExchange(null, server);
    if (before != null && !before.equals(server)) {
      throw new ServerChanged(
          "The outbox's database was restarted or failed over: the server is up since "
              + server
              + ", before it was "
              + before
              + ". The relay reads anew.",
          () -> heeded.set(server));
    }
  }
}
