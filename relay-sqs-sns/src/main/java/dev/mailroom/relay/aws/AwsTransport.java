package dev.mailroom.relay.aws;

import static java.util.Objects.requireNonNull;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.DestinationGate;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/**
 * Sends to queues of Amazon SQS and topics of Amazon SNS. Immutable once built and safe for use by
 * several threads.
 *
 * <p>A destination is found by its {@linkplain Builder#route route}, or speaks for itself: {@code
 * sqs:name}, {@code sns:name}, the ARN of a queue or topic, or a queue's URL. One that ends in
 * {@code .fifo} is ordered. Names are looked up once, when the relay first hears of the destination
 * ({@code sqs:GetQueueUrl}, {@code sns:ListTopics}), together with the destination's own size limit
 * ({@code sqs:GetQueueAttributes}, {@code sns:GetTopicAttributes}), and again when the destination
 * turns out to be gone, or a message to be too large for it. A limit that may not be read is
 * assumed to be the default.
 *
 * <p>The payload is the body and {@link WireFormat} makes the attributes. The key is the {@code
 * MessageGroupId}; on FIFO, a message without a key is a group of its own, and the message's id is
 * the {@code MessageDeduplicationId}.
 */
public final class AwsTransport implements Transport {

  private final SqsAsyncClient sqs;
  private final SnsAsyncClient sns;
  private final Routes routes;
  private final Regions regions;
  private final Settings settings;
  private final Probing probing;
  private final Map<String, Double> rates;
  private final TopicNames topics;
  private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();
  private final Callers callers = new Callers();
  private final LookAhead lookAhead = new LookAhead(callers);

  private AwsTransport(Builder builder) {
    sqs = builder.sqs;
    sns = builder.sns;
    routes = new Routes(builder.routes);
    regions = Regions.of(sqs, sns);
    routes.named().values().forEach(regions::check);
    settings = new Settings(builder.timeout, builder.groupIdOnStandard);
    probing = builder.probing;
    rates = Map.copyOf(builder.rates);
    topics = new TopicNames(sns, settings.timeout());
  }

  /**
   * A transport without routes and with all defaults.
   *
   * @param sqs stays the caller's, who closes it after the transport; as is {@code sns}
   */
  public static AwsTransport of(SqsAsyncClient sqs, SnsAsyncClient sns) {
    return builder(sqs, sns).build();
  }

  /** Starts a transport; see {@link #of} for the clients and {@link AwsClients} for good ones. */
  public static Builder builder(SqsAsyncClient sqs, SnsAsyncClient sns) {
    return new Builder(sqs, sns);
  }

  @Override
  public Limits limits(String destination) {
    return endpoint(destination).limits();
  }

  @Override
  public int sizeOf(Message message) {
    return WireFormat.size(message);
  }

  @Override
  public CompletionStage<List<Result>> send(String destination, List<OutboxEntry> batch) {
    try {
      Duration timeout = settings.timeout();
      Sending sending = new Sending(endpoint(destination), Deadline.justBefore(timeout));
      return callers
          .begin(() -> sending.send(batch))
          .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
          .exceptionally(error -> sending.unavailable(batch, error));
    } catch (MailroomException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public Duration sendTimeout() {
    return settings.timeout();
  }

  @Override
  public DestinationGate gate(String destination, Ticker ticker) {
    DestinationGate gate =
        new ResilientGate(
            destination, probing, ticker, () -> ThreadLocalRandom.current().nextLong());
    Double rate = rates.get(destination);
    return rate == null ? gate : new PacedGate(gate, ticker, rate);
  }

  /**
   * Ends the transport's threads; the clients stay open. What is under way still ends, and what
   * comes later is not sent.
   */
  @Override
  public void close() {
    callers.close();
  }

  private Endpoint endpoint(String destination) {
    Endpoint known = endpoints.get(destination);
    return known != null ? known : endpoints.computeIfAbsent(destination, this::newEndpoint);
  }

  private Endpoint newEndpoint(String destination) {
    Route route = routeOf(destination);
    Sender sender =
        route instanceof SqsQueue queue
            ? new SqsSender(sqs, queue, settings)
            : new SnsSender(sns, topics, (SnsTopic) route, settings);
    Endpoint endpoint = new Endpoint(sender);
    lookAhead.add(endpoint);
    return endpoint;
  }

  /** What a message names is no setting: the engine waits for a route as for any other. */
  private Route routeOf(String destination) {
    try {
      return regions.check(routes.of(destination));
    } catch (IllegalArgumentException e) {
      throw new MailroomException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Collects the settings of a transport; not for sharing between threads. */
  public static final class Builder {

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final SqsAsyncClient sqs;
    private final SnsAsyncClient sns;
    private final Map<String, Route> routes = new LinkedHashMap<>();
    private Duration timeout = Duration.ofSeconds(5);
    private Probing probing = Probing.DEFAULT;
    private final Map<String, Double> rates = new HashMap<>();
    private boolean groupIdOnStandard = true;

    private Builder(SqsAsyncClient sqs, SnsAsyncClient sns) {
      this.sqs = requireNonNull(sqs, "sqs");
      this.sns = requireNonNull(sns, "sns");
    }

    /**
     * Where the messages of {@code destination} go. It takes precedence over what the destination
     * itself may say; a second route for the same destination replaces the first.
     */
    public Builder route(String destination, Route route) {
      routes.put(requireNonNull(destination, "destination"), requireNonNull(route, "route"));
      return this;
    }

    /**
     * The longest that a send may take in all, with whatever it looks up. Requests that are not
     * answered by then are dropped and count as failures of the destination, however the clients
     * are configured. Default: 5 s.
     *
     * @param timeout 100 ms to 60 s
     * @throws IllegalArgumentException if it is outside of these
     */
    public Builder timeout(Duration timeout) {
      if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException("timeout must be 100 ms to 60 s: " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * How often a destination that fails is tried: the wait is random between nothing and a bound
     * that starts at {@code first}, doubles with each probe that fails, and ends at {@code cap}.
     * Default: 100 ms to 60 s.
     *
     * @throws IllegalArgumentException unless 1 ms ≤ first ≤ cap ≤ 1 h
     */
    public Builder probing(Duration first, Duration cap) {
      probing = new Probing(first, cap);
      return this;
    }

    /**
     * Sends at most so many messages a second to {@code destination}, on average, so that whoever
     * is behind it is not overrun. It counts for each relay by itself: divide what the destination
     * takes by the number of relays. Default: no limit.
     *
     * @param messagesPerSecond 0.01 to 1 000 000
     * @throws IllegalArgumentException if it is outside of these
     */
    public Builder rateLimit(String destination, double messagesPerSecond) {
      if (!(messagesPerSecond >= 0.01 && messagesPerSecond <= 1_000_000)) {
        throw new IllegalArgumentException(
            "rateLimit of '"
                + destination
                + "' must be 0.01 to 1 000 000 messages a second: "
                + messagesPerSecond);
      }
      rates.put(requireNonNull(destination, "destination"), messagesPerSecond);
      return this;
    }

    /**
     * Whether keys are sent as {@code MessageGroupId} to standard queues and topics too, where they
     * are the tenants of fair queues and order nothing (SQS Developer Guide, "Amazon SQS fair
     * queues"). Emulators from before July 2025 may refuse that. Default: true. FIFO always has it.
     */
    public Builder groupIdOnStandard(boolean send) {
      groupIdOnStandard = send;
      return this;
    }

    /**
     * The transport; nothing is called yet.
     *
     * @throws IllegalArgumentException if a route's ARN or URL is in another region than its
     *     client, which would otherwise look for the same name in its own
     */
    public AwsTransport build() {
      return new AwsTransport(this);
    }
  }
}
