package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/** The receive loop: one long poll after another while there is room. No error ends it. */
final class Receiver implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(Receiver.class);
  private static final Duration LEAST_PAUSE = Duration.ofMillis(100);
  private static final Backoff PAUSE =
      new Backoff(LEAST_PAUSE, Duration.ofSeconds(10).minus(LEAST_PAUSE));

  private final SqsQueue queue;
  private final boolean ordered;
  private final Duration visibility;
  private final Dispatcher dispatcher;
  private final InboxListener listener;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  private volatile @Nullable CompletableFuture<?> poll;

  /** What failed last, the loop's thread alone. */
  private @Nullable String trouble;

  private int failures;

  Receiver(
      SqsQueue queue, Settings settings, boolean ordered, Dispatcher dispatcher, InboxListener to) {
    this.queue = queue;
    this.ordered = ordered;
    this.visibility = settings.visibility();
    this.dispatcher = dispatcher;
    this.listener = to;
  }

  @Override
  public void run() {
    try {
      while (stopping.getCount() > 0) {
        pass();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      stopped.countDown();
    }
  }

  /**
   * Begins no more polls. One under way is waited for until {@code nanos} are over: a poll given up
   * can still take a message at the queue, which would then stay hidden for its whole timeout.
   */
  void stop(long nanos) throws InterruptedException {
    stopping.countDown();
    boolean ended = stopped.await(nanos, TimeUnit.NANOSECONDS);
    CompletableFuture<?> open = poll;
    if (!ended && open != null) {
      open.cancel(true);
    }
  }

  private void pass() throws InterruptedException {
    try {
      int room = dispatcher.awaitRoom();
      if (room > 0) {
        List<Delivery> received = receive(room);
        recovered();
        dispatcher.accept(received);
      }
    } catch (ExecutionException | RuntimeException | Error e) {
      failed(e instanceof ExecutionException ? root(e) : e);
    }
  }

  private List<Delivery> receive(int room) throws InterruptedException, ExecutionException {
    queue.find().get();
    CompletableFuture<ReceiveMessageResponse> receiving = queue.receive(room);
    poll = receiving;
    ReceiveMessageResponse response = receiving.get();
    long oursUntil = System.nanoTime() + visibility.toNanos();
    return response.messages().stream()
        .map(each -> new Delivery(each, ordered, oursUntil))
        .toList();
  }

  private void recovered() {
    if (failures > 0) {
      log.info("Queue {} can be read again after {} failures", queue.name(), failures);
      failures = 0;
      trouble = null;
    }
  }

  private void failed(Throwable error) throws InterruptedException {
    if (stopping.getCount() == 0) {
      return;
    }
    failures++;
    String kind = kind(error);
    if (!kind.equals(trouble)) {
      trouble = kind;
      tellLog(error);
    }
    listener.receiveFailed(error);
    Duration pause = LEAST_PAUSE.plus(PAUSE.delay(failures, ThreadLocalRandom.current()));
    boolean unused = stopping.await(pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void tellLog(Throwable error) {
    if (error instanceof QueueDoesNotExistException) {
      log.error(
          "Queue {} does not exist for this account, region and endpoint; create it or correct the"
              + " name. Trying again until then",
          queue.name());
    } else {
      log.warn("Queue {} cannot be read; trying again, with pauses", queue.name(), error);
    }
  }

  private static String kind(Throwable error) {
    return error instanceof AwsServiceException service && service.awsErrorDetails() != null
        ? service.awsErrorDetails().errorCode()
        : error.getClass().getName();
  }

  private static Throwable root(Throwable error) {
    Throwable root = error;
    while ((root instanceof CompletionException || root instanceof ExecutionException)
        && root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
