package dev.mailroom.inbox.sqs;

import static java.util.Objects.requireNonNull;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.Codec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/**
 * Receives the messages of one SQS queue and runs handlers in the inbox's transaction, so that each
 * message takes effect once. Thread-safe.
 *
 * <pre>{@code
 * SqsConsumer consumer = SqsConsumer.builder(sqs, Inbox.of(dataSource, "billing"))
 *     .queue("billing")
 *     .codec(JacksonCodec.create())
 *     .on("OrderPlaced", OrderPlaced.class, (order, context) -> bill(context.connection(), order))
 *     .on("OrderNoted", (message, context) -> note(context.connection(), message.payload()))
 *     .build();
 * consumer.start();
 * }</pre>
 *
 * <p>A message is deleted after its transaction has committed, or when it turns out to have taken
 * effect before. If its handler throws, it cannot be decoded, or another copy of it is being
 * processed, it stays in the queue and comes again after a pause that grows with the number of its
 * deliveries. The queue's redrive policy puts an end to that, or {@link Builder#deadLetters}. As
 * long as a message is held here, running or waiting, its visibility timeout is extended.
 *
 * <p>Messages of a standard queue run in parallel. Those of a FIFO queue ({@code .fifo}) run in
 * parallel by group and in order inside a group; a failure stops only its own group, whose later
 * messages go back and come again after the failed one. Such a round counts as a delivery of all of
 * them. So when a message fails at the last delivery that the redrive policy allows, those behind
 * it that are here run at once: they would go to the dead letters with it.
 *
 * <p>While the database lets nothing begin, nothing is received and what is here tries again.
 *
 * <p>Bodies are taken as they are, out of an SNS envelope when a subscription does not use raw
 * delivery, and from S3 when the Amazon extended client put them there ({@link Builder#payloads}).
 *
 * <p>When it starts, a consumer looks for settings of its queue that will hurt, and says each in
 * one line of the log and to the listener; it needs {@code sqs:GetQueueAttributes} for that.
 */
public final class SqsConsumer implements AutoCloseable {

  /** The application's work on a message. Returning commits it; any exception rolls it back. */
  @FunctionalInterface
  public interface Handler {

    /** The context has the connection and the outbox of the transaction, until this returns. */
    void handle(ReceivedMessage message, Inbox.Context context) throws Exception;
  }

  /** As {@link Handler}, of a payload that the codec has decoded. */
  @FunctionalInterface
  public interface TypedHandler<T> {

    /** The context has the message as well. */
    void handle(T payload, Inbox.Context context) throws Exception;
  }

  private final Settings settings;
  private final SqsQueue queue;
  private final ReceiveClient receiveClient;
  private final Worker worker;
  private final Inspection inspection;
  private final HandlerThreads threads;

  /** Guarded by this. */
  private @Nullable Running running;

  /** Guarded by this. */
  private boolean closed;

  private SqsConsumer(Builder builder, QueueAddress address, Settings settings) {
    this.settings = settings;
    this.threads = builder.threads;
    InboxListener listener = QuietListener.of(builder.listener);
    Findings findings = new Findings(address.name(), listener);
    receiveClient = ReceiveClient.of(builder.receiveClient, builder.client, findings);
    queue = new SqsQueue(address, receiveClient.client(), builder.client, settings.visibility());
    Poison poison = new Poison(builder.deadLetters, builder.deadLetterAfter, listener);
    inspection = Inspection.of(builder, queue, settings, poison, findings);
    worker =
        new Worker(
            new Unwrapping(address.name(), builder.payloads, findings),
            Handlers.of(builder),
            builder.inbox,
            poison);
  }

  /**
   * Starts a consumer.
   *
   * @param client for deleting, extending and looking up; long polls get one of their own, made
   *     like it, unless {@link Builder#receiveClient} is given. Stays the caller's to close, after
   *     the consumer.
   */
  public static Builder builder(SqsAsyncClient client, Inbox inbox) {
    return new Builder(client, inbox);
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
          "consumer of %s was %s before; build another"
              .formatted(settings.source(), closed ? "closed" : "started"));
    }
    running = new Running(queue, settings, worker, inspection, threads);
  }

  /**
   * What the consumer does with a message, without its queue: the handler of its type, with the
   * payload from S3 where it is there. For redriving, as in {@code inbox.deadLetters().redrive(id,
   * consumer.handler())}.
   */
  public Inbox.Handler<Exception> handler() {
    return worker::redeliver;
  }

  /**
   * Stops receiving, gives back at once what has not begun to run, and waits for the handlers that
   * run. Those that outlast {@link Builder#shutdown} are interrupted and their messages go back to
   * the queue. A long poll under way is waited for until it ends by itself, because what it takes
   * must go back, too: {@link Builder#waitTime} at most. Then come the last deletes, 5 seconds at
   * most. Does nothing the second time.
   */
  @Override
  public synchronized void close() {
    closed = true;
    if (running != null) {
      running.stop();
      running = null;
    }
    receiveClient.close();
  }

  /** Collects settings; not for sharing between threads. */
  public static final class Builder {

    private final SqsAsyncClient client;
    final Inbox inbox;
    final Map<String, Handler> handlers = new LinkedHashMap<>();
    private @Nullable SqsAsyncClient receiveClient;
    private @Nullable String queue;
    @Nullable Handler any;
    @Nullable Codec codec;
    boolean typed;
    UnaryOperator<Handler> around = UnaryOperator.identity();
    UnknownTypes unknownTypes = UnknownTypes.FAIL;
    private @Nullable PayloadStore payloads;
    @Nullable BiConsumer<ReceivedMessage, Throwable> deadLetters;
    private int deadLetterAfter = 10;
    private InboxListener listener = InboxListener.NONE;
    private HandlerThreads threads = HandlerThreads.pool();
    int concurrency = 10;
    int batch = 1;
    @Nullable Integer prefetch;
    Duration waitTime = Duration.ofSeconds(20);
    Duration visibility = Duration.ofSeconds(30);
    @Nullable Duration heartbeat;
    Duration maxProcessing = Duration.ofMinutes(15);
    Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(15));
    Duration shutdown = Duration.ofSeconds(20);
    boolean createIfMissing;

    private Builder(SqsAsyncClient client, Inbox inbox) {
      this.client = requireNonNull(client, "client");
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

    /** As {@link #on(String, Handler)}, of payloads that the {@link #codec} turns into objects. */
    public <T> Builder on(String type, Class<T> payload, TypedHandler<? super T> handler) {
      requireNonNull(payload, "payload");
      requireNonNull(handler, "handler");
      typed = true;
      return on(
          type,
          (message, context) ->
              handler.handle(
                  Decoding.of(message, payload, requireNonNull(codec, "codec")), context));
    }

    /** What turns payloads into objects. Required if a handler takes objects. */
    public Builder codec(Codec codec) {
      this.codec = requireNonNull(codec, "codec");
      return this;
    }

    /** Who handles messages without a type, and of types that no {@link #on} names. */
    public Builder onAny(Handler handler) {
      this.any = requireNonNull(handler, "handler");
      return this;
    }

    /**
     * What is done around each handler, inside the transaction: to restore the sender's trace from
     * the header {@code traceparent} for instance. It is given each handler once, and must run it.
     * Called again, the later one is around the earlier.
     */
    public Builder around(UnaryOperator<Handler> around) {
      requireNonNull(around, "around");
      UnaryOperator<Handler> inner = this.around;
      this.around = handler -> around.apply(inner.apply(handler));
      return this;
    }

    /** What becomes of messages that nobody handles. By default they fail. */
    public Builder unknownTypes(UnknownTypes unknownTypes) {
      this.unknownTypes = requireNonNull(unknownTypes, "unknownTypes");
      return this;
    }

    /**
     * Where messages go that failed at their delivery number {@code receives} (1 to 1,000) or
     * later, as in {@code deadLetters(10, inbox.deadLetters()::store)}; then they are deleted. In a
     * FIFO queue, so many failures of its own count, as far as this consumer saw them. What was
     * delivered more than five times as often, and is new to this consumer, goes there untried:
     * perhaps it ends the process. A redrive policy goes first: then only unknown types come here.
     */
    public Builder deadLetters(int receives, BiConsumer<ReceivedMessage, Throwable> store) {
      Settings.require("deadLetters receives", receives, 1, 1_000);
      this.deadLetters = requireNonNull(store, "store");
      this.deadLetterAfter = receives;
      return this;
    }

    /** Where payloads are that the Amazon extended client put into S3. By default they fail. */
    public Builder payloads(PayloadStore payloads) {
      this.payloads = requireNonNull(payloads, "payloads");
      return this;
    }

    /**
     * A client with its own connections for long polls alone, which must allow calls of 30 seconds.
     * By default the consumer makes one with region, endpoint, credentials and interceptors of the
     * other client, and the default HTTP client; give one where that needs a proxy or certificates.
     */
    public Builder receiveClient(SqsAsyncClient receiveClient) {
      this.receiveClient = requireNonNull(receiveClient, "receiveClient");
      return this;
    }

    /** Makes the queue if it does not exist, with the attributes that SQS gives it; for tests. */
    public Builder createIfMissing() {
      this.createIfMissing = true;
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

    /**
     * How many messages run in one transaction: 1, which is the default, to 10. They are those at
     * hand; none is waited for. The handlers of a batch run one after the other, a failure undoes
     * its own message alone, and all commit together. Faster, and worth it when handlers are short.
     */
    public Builder batch(int batch) {
      this.batch = batch;
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
     * default a third of it; 0 for never.
     */
    public Builder heartbeat(Duration heartbeat) {
      this.heartbeat = requireNonNull(heartbeat, "heartbeat");
      return this;
    }

    /**
     * How long a handler may run, or the handlers of a batch together: 1 millisecond to 12 hours,
     * by default 15 minutes. Then its thread is interrupted, the message no longer extended, and
     * what waits behind it in its group given back; it comes again after its backoff, or, if the
     * handler does not heed the interrupt, after its visibility timeout. Messages that wait for a
     * thread are extended for as long, or for ten visibility timeouts if that is longer.
     */
    public Builder maxProcessing(Duration maxProcessing) {
      this.maxProcessing = requireNonNull(maxProcessing, "maxProcessing");
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

    /** How long {@link SqsConsumer#close} lets handlers run: 0 to 12 hours, by default 20 s. */
    public Builder shutdown(Duration shutdown) {
      this.shutdown = requireNonNull(shutdown, "shutdown");
      return this;
    }

    /**
     * Where handlers run: {@link #concurrency} tasks at most are given to it at a time, and what it
     * refuses again. It must not run them on the calling thread, nor block. By default, a pool.
     */
    public Builder executor(Executor executor) {
      this.threads = HandlerThreads.of(requireNonNull(executor, "executor"));
      return this;
    }

    /**
     * Runs each handler on a virtual thread of its own.
     *
     * @throws UnsupportedOperationException before Java 21
     */
    public Builder virtualThreads() {
      this.threads = HandlerThreads.virtual();
      return this;
    }

    /**
     * The consumer, not yet started.
     *
     * @throws IllegalArgumentException if a setting is missing or out of its bounds; it names the
     *     setting, the value and the bound
     */
    public SqsConsumer build() {
      QueueAddress address = QueueAddress.of(queue, createIfMissing);
      Handlers.check(this);
      return new SqsConsumer(this, address, Settings.of(this, address).checked());
    }
  }
}
