package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.InboxListener.Finding.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/**
 * The receive loop: one long poll after another while there is room. While these come back full,
 * short polls go beside them; not on FIFO queues, for two answers have no order. No error ends it.
 */
final class Receiver implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(Receiver.class);

  /** After a poll's own wait; then it is lost, and so is what it took. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** From a call to SQS's counting of the visibility timeout, beside the poll's own wait. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private static final int POLLS = 5;

  private static final Duration LEAST_PAUSE = Duration.ofMillis(100);
  private static final Backoff PAUSE =
      new Backoff(LEAST_PAUSE, Duration.ofSeconds(10).minus(LEAST_PAUSE));

  private final SqsQueue queue;
  private final Settings settings;
  private final Inspection inspection;
  private final Dispatcher dispatcher;
  private final InboxListener listener;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  private volatile List<CompletableFuture<?>> polls = List.of();

  /** What failed last, the loop's thread alone. */
  private @Nullable String trouble;

  private int failures;
  private boolean found;
  private boolean plenty;
  private String attempt = "";
  private CompletableFuture<Boolean> inspected = CompletableFuture.completedFuture(false);

  Receiver(
      SqsQueue queue,
      Settings settings,
      Inspection inspection,
      Dispatcher dispatcher,
      InboxListener to) {
    this.queue = queue;
    this.settings = settings;
    this.inspection = inspection;
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

  /** Begins no more polls. */
  void stop() {
    stopping.countDown();
    dispatcher.outage().close();
  }

  /**
   * Waits for a poll under way, for as long as its answer may take: a poll given up can still take
   * messages at the queue, which would then stay hidden for their whole timeout.
   */
  void awaitEnd() throws InterruptedException {
    long nanos = settings.waitTime().plus(ANSWER).toNanos();
    boolean ended = stopped.await(nanos, TimeUnit.NANOSECONDS);
    if (!ended) {
      polls.forEach(poll -> poll.cancel(true));
    }
  }

  private void pass() throws InterruptedException {
    try {
      int room = dispatcher.awaitRoom();
      if (room > 0) {
        prepare();
        receive(room);
        recovered();
      }
    } catch (ExecutionException | RuntimeException | Error e) {
      failed(Failures.root(e));
    }
  }

  private void prepare() throws InterruptedException, ExecutionException {
    if (!found) {
      find();
    }
    if (inspected.isDone() && !inspected.getNow(false)) {
      inspected = inspection.begin();
    }
    if (failures == 0) {
      attempt = UUID.randomUUID().toString();
    }
  }

  private void receive(int room) throws InterruptedException, ExecutionException {
    long begun = System.nanoTime();
    List<CompletableFuture<?>> asked = new ArrayList<>();
    List<CompletableFuture<Integer>> received = new ArrayList<>();
    int calls = plenty && !queue.fifo() ? Math.min(POLLS, room / SqsQueue.BATCH) : 1;
    for (int call = 0; call < Math.max(1, calls); call++) {
      Duration wait = call == 0 ? settings.waitTime() : Duration.ZERO;
      CompletableFuture<ReceiveMessageResponse> poll = queue.receive(room, wait, attempt);
      long latest = System.nanoTime() + wait.plus(SLACK).toNanos();
      asked.add(poll);
      received.add(poll.thenApply(response -> accept(response.messages(), latest)));
    }
    polls = asked;
    CompletableFuture.allOf(received.toArray(CompletableFuture<?>[]::new)).get();
    int first = received.get(0).join();
    plenty = first == SqsQueue.BATCH;
    if (first == 0 && System.nanoTime() - begun < LEAST_PAUSE.toNanos()) {
      pause(LEAST_PAUSE);
    }
  }

  /**
   * As they come, because a short poll must not wait for a long one.
   *
   * @param latest when SQS began to count at the latest: an answer can be read long after
   */
  private int accept(List<Message> messages, long latest) {
    long now = System.nanoTime();
    long counted = now - latest < 0 ? now : latest;
    long oursUntil = counted + settings.visibility().toNanos();
    dispatcher.accept(
        messages.stream().map(each -> new Delivery(each, queue.fifo(), oursUntil)).toList());
    return messages.size();
  }

  private void find() throws InterruptedException, ExecutionException {
    try {
      queue.find().get();
    } catch (ExecutionException e) {
      if (!settings.createIfMissing()
          || !(Failures.root(e) instanceof QueueDoesNotExistException)) {
        throw e;
      }
      queue.create().get();
      log.warn("Queue {} did not exist and was created (createIfMissing)", queue.name());
    }
    found = true;
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
    String kind = Failures.kind(error);
    if (!kind.equals(trouble)) {
      trouble = kind;
      tellLog(error);
    }
    listener.receiveFailed(queue.name(), error);
    pause(LEAST_PAUSE.plus(PAUSE.delay(failures, ThreadLocalRandom.current())));
  }

  private void pause(Duration pause) throws InterruptedException {
    boolean unused = stopping.await(pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void tellLog(Throwable error) {
    if (error instanceof QueueDoesNotExistException) {
      inspection
          .findings()
          .tell(
              Kind.NO_QUEUE,
              "it does not exist for this account, region and endpoint; create it or correct the"
                  + " name. Trying again until then");
    } else {
      log.warn("Queue {} cannot be read; trying again, with pauses", queue.name(), error);
    }
  }
}
