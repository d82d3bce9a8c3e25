package dev.mailroom.inbox.sqs;

import static java.util.Objects.requireNonNull;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.ReceivedMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/**
 * Receives the messages of one SQS queue and runs handlers in the inbox's transaction, so that each
 * message takes effect once. Thread-safe.
 *
 * <pre>{@code
 * SqsConsumer consumer = SqsConsumer.builder(sqs, Inbox.of(dataSource, "billing"))
 *     .queue("billing")
 *     .on("OrderPlaced", (message, context) -> bill(context.connection(), message.payload()))
 *     .build();
 * consumer.start();
 * }</pre>
 *
 * <p>A message is deleted after its transaction has committed, or when it turns out to have taken
 * effect before. If its handler throws, nobody handles its type, or another copy of it is being
 * processed, it stays in the queue and comes again after a pause that grows with the number of its
 * deliveries; the queue's redrive policy puts an end to that. As long as a message is held here,
 * running or waiting, its visibility timeout is extended.
 *
 * <p>Messages of a standard queue run in parallel. Those of a FIFO queue ({@code .fifo}) run in
 * parallel by group and in order inside a group; a failure stops only its own group, whose later
 * messages go back and come again after the failed one. Each such round counts as a delivery of all
 * of them, so the redrive policy of a FIFO queue should allow more than one message needs.
 *
 * <p>Bodies are taken as they are, or out of an SNS envelope when a subscription does not use raw
 * delivery.
 */
public final class SqsConsumer implements AutoCloseable {

  /** The application's work on a message. Returning commits it; any exception rolls it back. */
  @FunctionalInterface
  public interface Handler {

    /** The context has the connection and the outbox of the transaction, until this returns. */
    void handle(ReceivedMessage message, Inbox.Context context) throws Exception;
  }

  private final QueueAddress address;
  private final SqsQueue queue;
  private final Settings settings;
  private final Worker worker;
  private final @Nullable Executor executor;

  /** Guarded by this. */
  private @Nullable Running running;

  /** Guarded by this. */
  private boolean closed;

  private SqsConsumer(Builder builder, QueueAddress address, Settings settings) {
    this.address = address;
    this.settings = settings;
    this.executor = builder.executor;
    this.queue =
        new SqsQueue(
            address,
            builder.receiveClient,
            builder.deleteClient,
            settings.waitTime(),
            settings.visibility());
    this.worker =
        new Worker(
            new Unwrapping(address.name()),
            new Handlers(builder.handlers, Optional.ofNullable(builder.any)),
            builder.inbox,
            new QuietListener(builder.listener));
  }

  /**
   * Starts a consumer.
   *
   * @param receiveClient for long polls, and for all else unless {@link Builder#deleteClient} is
   *     given; stays the caller's to close, after the consumer
   */
  public static Builder builder(SqsAsyncClient receiveClient, Inbox inbox) {
    return new Builder(receiveClient, inbox);
  }

  /**
   * Begins to receive and returns at once. A queue that does not exist yet, or cannot be reached,
   * is tried again and again.
   *
   * @throws IllegalStateException if it was started or closed before
   */
  public synchronized void start() {
    if (closed || running != null) {
      throw new IllegalStateException(
          "consumer of "
              + address.name()
              + " was "
              + (closed ? "closed" : "started")
              + " before; build another");
    }
    running = new Running(queue, address, settings, worker, executor);
  }

  /**
   * Stops receiving, gives back at once what has not begun to run, waits for the handlers that run
   * and for a long poll under way, and then for the last deletes (at most 5 seconds). Handlers that
   * outlast {@link Builder#shutdown} are interrupted if they run on the consumer's own threads;
   * their messages are left to redelivery. Does nothing the second time.
   */
  @Override
  public synchronized void close() {
    closed = true;
    if (running != null) {
      running.stop();
      running = null;
    }
  }

  /** Collects settings; not for sharing between threads. */
  public static final class Builder {

    private final SqsAsyncClient receiveClient;
    private final Inbox inbox;
    private SqsAsyncClient deleteClient;
    private @Nullable String queue;
    private final Map<String, Handler> handlers = new HashMap<>();
    private @Nullable Handler any;
    private InboxListener listener = InboxListener.NONE;
    private @Nullable Executor executor;
    private int concurrency = 10;
    private @Nullable Integer prefetch;
    private Duration waitTime = Duration.ofSeconds(20);
    private Duration visibility = Duration.ofSeconds(30);
    private @Nullable Duration heartbeat;
    private Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(15));
    private Duration shutdown = Duration.ofSeconds(20);

    private Builder(SqsAsyncClient receiveClient, Inbox inbox) {
      this.receiveClient = requireNonNull(receiveClient, "receiveClient");
      this.deleteClient = receiveClient;
      this.inbox = requireNonNull(inbox, "inbox");
    }

    /**
     * The queue's name, URL or ARN. Required. A name or an ARN is looked up when the consumer
     * starts, which needs the permission {@code sqs:GetQueueUrl}.
     */
    public Builder queue(String queue) {
      this.queue = requireNonNull(queue, "queue");
      return this;
    }

    /** Who handles messages of a type; each type has one handler. */
    public Builder on(String type, Handler handler) {
      if (handlers.putIfAbsent(requireNonNull(type, "type"), requireNonNull(handler)) != null) {
        throw new IllegalArgumentException("type '" + type + "' has a handler already");
      }
      return this;
    }

    /** Who handles messages without a type, and of types that no {@link #on} names. */
    public Builder onAny(Handler handler) {
      this.any = requireNonNull(handler, "handler");
      return this;
    }

    /**
     * A second client with its own connections, for deleting and extending. Worth having when the
     * first one serves so many consumers that their long polls can use up its connections.
     */
    public Builder deleteClient(SqsAsyncClient deleteClient) {
      this.deleteClient = requireNonNull(deleteClient, "deleteClient");
      return this;
    }

    /** Told of what happens. By default nobody is. */
    public Builder listener(InboxListener listener) {
      this.listener = requireNonNull(listener, "listener");
      return this;
    }

    /** How many handlers run at once: 1 to 1,000, by default 10. */
    public Builder concurrency(int concurrency) {
      this.concurrency = concurrency;
      return this;
    }

    /**
     * How many messages may wait here for a handler: 0 to 10,000. The default is 10, and for a FIFO
     * queue nine times the concurrency, because SQS fills a receive from one group if it can, and
     * nine of those ten have to wait.
     */
    public Builder prefetch(int prefetch) {
      this.prefetch = prefetch;
      return this;
    }

    /** How long a receive waits at the queue: 0 to 20 whole seconds, by default 20. */
    public Builder waitTime(Duration waitTime) {
      this.waitTime = requireNonNull(waitTime, "waitTime");
      return this;
    }

    /**
     * For how long a received message is hidden from others, and by how much a heartbeat extends
     * that: 1 second to 12 hours in whole seconds, by default 30 seconds. Another consumer gets the
     * message this long after a crash. SQS extends a message to 12 hours in all.
     */
    public Builder visibility(Duration visibility) {
      this.visibility = requireNonNull(visibility, "visibility");
      return this;
    }

    /**
     * How often messages are extended: 100 milliseconds to half of the visibility timeout, by
     * default a third of it.
     */
    public Builder heartbeat(Duration heartbeat) {
      this.heartbeat = requireNonNull(heartbeat, "heartbeat");
      return this;
    }

    /**
     * How long a message stays away that was not processed: a random time of up to {@code first}
     * after its first delivery, twice as much after the second and so on up to {@code cap}; SQS
     * counts in whole seconds, of which it is at least one. The defaults are 1 second and 15
     * minutes; the bounds 1 millisecond and 12 hours.
     */
    public Builder backoff(Duration first, Duration cap) {
      this.backoff = new Backoff(first, cap);
      return this;
    }

    /** How long {@link SqsConsumer#close} waits: 0 to 12 hours, by default 20 seconds. */
    public Builder shutdown(Duration shutdown) {
      this.shutdown = requireNonNull(shutdown, "shutdown");
      return this;
    }

    /**
     * Where handlers run: {@link #concurrency} tasks at most are given to it at a time. It must not
     * run them on the calling thread. The default is a pool of that many threads.
     */
    public Builder executor(Executor executor) {
      this.executor = requireNonNull(executor, "executor");
      return this;
    }

    /**
     * The consumer, not yet started.
     *
     * @throws IllegalArgumentException if a setting is missing or out of its bounds; it names the
     *     setting, the value and the bound
     */
    public SqsConsumer build() {
      if (queue == null) {
        throw new IllegalArgumentException("queue is missing: give its name, URL or ARN");
      }
      if (handlers.isEmpty() && any == null) {
        throw new IllegalArgumentException("no handler is given: call on(type, …) or onAny(…)");
      }
      QueueAddress address = QueueAddress.parse(queue);
      int ahead = prefetch != null ? prefetch : address.fifo() ? 9 * concurrency : 10;
      Duration beat = heartbeat != null ? heartbeat : visibility.dividedBy(3);
      Settings settings =
          new Settings(concurrency, ahead, waitTime, visibility, beat, backoff, shutdown);
      return new SqsConsumer(this, address, settings.checked());
    }
  }
}
