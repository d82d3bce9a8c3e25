package dev.mailroom.inbox;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs whole transactions again that the database gave up because of others beside them.
 *
 * @param bound how often at most
 */
record Retries(int bound) {

  private static final Logger log = LoggerFactory.getLogger(Retries.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

  @FunctionalInterface
  interface Attempt<T, X extends Exception> {
    T run() throws X;
  }

  /**
   * Throws what the last attempt threw.
   *
   * @param what is run, for the log
   */
  <T, X extends Exception> T run(Object what, Attempt<T, X> attempt) throws X {
    for (int failed = 0; ; failed++) {
      try {
        return attempt.run();
      } catch (Exception e) {
        if (failed >= bound || !SqlFailure.isWorthRetrying(e) || !paused(failed)) {
          throw e;
        }
        log.debug("{} is run again, attempt {} of {}", what, failed + 2, bound + 1, e);
      }
    }
  }

  /** Not if the thread was interrupted: its failure then stands. */
  private static boolean paused(int failed) {
    long most = FIRST_PAUSE.toMillis() << Math.min(failed, 6);
    try {
      TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(most) + 1);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
