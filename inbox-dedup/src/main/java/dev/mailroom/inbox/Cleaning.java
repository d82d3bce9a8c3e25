package dev.mailroom.inbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One run of cleaning, a chunk at a time, with a rest after each. One thread's. */
final class Cleaning {

  /** So many times as long as a chunk took: the messages that come meanwhile go before. */
  private static final int REST = 2;

  private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Connection connection;
  private final CleaningTable table;

  Cleaning(Connection connection, CleaningTable table) {
    this.connection = connection;
    this.table = table;
  }

  /** In transactions of its own, one for each chunk. */
  long run() throws SQLException {
    long deleted = 0;
    for (KeyRange range : KeyRange.ofOldRows(table.now(connection), table.retention())) {
      deleted += clean(range);
    }
    return deleted;
  }

  private long clean(KeyRange range) throws SQLException {
    long deleted = 0;
    KeyRange left = range;
    Optional<String> last;
    do {
      long began = System.nanoTime();
      last = table.next(connection, left);
      List<String> old = table.lockOld(connection, left, last.orElse(left.before()));
      if (!old.isEmpty()) {
        table.delete(connection, old);
      }
      connection.commit();
      deleted += old.size();
      left = left.from(last.orElse(left.before()));
      if (last.isPresent()) {
        // An interrupt ends the rest at once, and then the run.
        LockSupport.parkNanos(Math.min(REST * (System.nanoTime() - began), LONGEST_REST_NANOS));
      }
    } while (last.isPresent() && !Thread.currentThread().isInterrupted());
    return deleted;
  }
}
