package dev.mailroom.outbox.jdbc;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.jdbc.HotStatements.Answer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Notices that another server answers than before, even where a pool or a proxy has replaced the
 * connections in silence. What was known of the old one's sequence and transactions is void then.
 */
final class ServerWatch {

  private final AtomicReference<@Nullable String> last = new AtomicReference<>();

  /** The value of {@code answer}, unless it is the first one of another server. */
  <T> T checked(Answer<T> answer) {
    answer.server().ifPresent(this::check);
    return answer.value();
  }

  private void check(String server) {
    String before = last.getAndSet(server);
    if (before != null && !before.equals(server)) {
      throw new MailroomException(
          "The outbox's database was restarted or failed over: the server is up since "
              + server
              + ", before it was "
              + before
              + ". The relay reads anew.");
    }
  }
}
