package dev.mailroom.tests.sink;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Writers at a steady rate, each with keys of its own, so that the writers of a key take turns.
 * What falls behind is caught up with. Some transactions roll back.
 */
public final class Load implements AutoCloseable {

  public static final String MAIL = "sqs:mail";
  public static final String LEDGER = "sqs:ledger.fifo";

  private static final int WRITERS = 8;
  private static final int KEYS_EACH = 16;
  private static final int LETTERS_EACH = 4;
  private static final int ROLLED_BACK_OF = 20;

  /** What a transaction does with its letters. */
  public interface Writing {
    void write(Connection connection, List<Letter> letters) throws SQLException;
  }

  /** How a transaction ended, for its writer. */
  public enum Fate {
    COMMITTED,
    ROLLED_BACK,
    /** Its commit, or what came before, failed: nobody knows. */
    IN_DOUBT
  }

  /**
   * A letter that was written.
   *
   * @param micros when the commit had returned, as in {@link Arrival}
   */
  public record Offer(Letter letter, Fate fate, long micros) {}

  private final DataSource dataSource;
  private final Writing writing;
  private final long intervalNanos;
  private final List<Thread> threads = new ArrayList<>();
  private final List<List<Offer>> offers = new ArrayList<>();
  private final LongAdder written = new LongAdder();
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
  private volatile boolean stopped;

  /**
   * @param perSecond letters
   */
  public Load(DataSource dataSource, int perSecond, Writing writing) {
    this.dataSource = dataSource;
    this.writing = writing;
    this.intervalNanos = TimeUnit.SECONDS.toNanos(1) * WRITERS * LETTERS_EACH / perSecond;
    for (int i = 0; i < WRITERS; i++) {
      int number = i;
      List<Offer> its = new ArrayList<>();
      offers.add(its);
      Thread thread = new Thread(() -> run(number, its), "writer-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private void run(int writer, List<Offer> its) {
    try {
      write(writer, its);
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void write(int writer, List<Offer> its) {
    SplittableRandom random = new SplittableRandom(writer);
    long due = System.nanoTime() + random.nextLong(intervalNanos);
    for (int turn = 0; !stopped; turn++) {
      LockSupport.parkNanos(due - System.nanoTime());
      due += intervalNanos;
      String key = "k" + writer + "-" + turn % KEYS_EACH;
      List<Letter> letters = new ArrayList<>();
      for (int i = 0; i < LETTERS_EACH; i++) {
        letters.add(new Letter(i % 2 == 0 ? MAIL : LEDGER, key, turn * LETTERS_EACH + i));
      }
      Fate fate = write(letters, random.nextInt(ROLLED_BACK_OF) > 0);
      long now = ArrivalLog.micros();
      letters.forEach(letter -> its.add(new Offer(letter, fate, now)));
      written.add(letters.size());
    }
  }

  private Fate write(List<Letter> letters, boolean commits) {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        writing.write(connection, letters);
        if (!commits) {
          connection.rollback();
          return Fate.ROLLED_BACK;
        }
        connection.commit();
        return Fate.COMMITTED;
      } catch (SQLException e) {
        return Fate.IN_DOUBT;
      }
    } catch (SQLException e) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      return Fate.IN_DOUBT;
    }
  }

  /** Letters so far, whatever their fate. */
  public long written() {
    return written.sum();
  }

  /** Ends it and does not wait. */
  @Override
  public void close() {
    stopped = true;
  }

  /**
   * Ends it, waits for what is under way, and tells all.
   *
   * @throws IllegalStateException if a writer ended before, for another reason than its database
   */
  public List<Offer> stop() throws InterruptedException {
    close();
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new IllegalStateException("A writer has failed", failure.get());
    }
    return offers.stream().flatMap(List::stream).toList();
  }
}
