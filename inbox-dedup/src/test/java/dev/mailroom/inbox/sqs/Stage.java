package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxListener;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.inbox.TestDatabase;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.testkit.FaultPlan;
import dev.mailroom.testkit.LocalAws;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** A queue, a database, the consumers between them, and what those told their listener. */
final class Stage implements AutoCloseable {

  static final LocalAws AWS = LocalAws.start();
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Of each kind, but for latency. */
  static final FaultPlan FAULTS =
      FaultPlan.NONE
          .withThrottle(0.1)
          .withServerError(0.1)
          .withLostResponse(0.1)
          .withPartialFailure(0.1)
          .withDuplicate(0.1);

  private static final AtomicInteger COUNT = new AtomicInteger();

  final String name;
  final String url;
  final TestDatabase database = TestDatabase.create();
  final Inbox inbox = Inbox.of(database.pool(20), "stage");
  final Heard heard = new Heard();
  private final Deque<SqsConsumer> consumers = new ArrayDeque<>();

  Stage(String suffix) {
    name = "stage" + COUNT.incrementAndGet() + suffix;
    url = AWS.createQueue(name);
  }

  /** With short times; polls of one second, so that closing is quick. */
  SqsConsumer.Builder consumer() {
    return SqsConsumer.builder(AWS.sqsAsync(), inbox)
        .queue(name)
        .waitTime(Duration.ofSeconds(1))
        .backoff(Duration.ofSeconds(1), Duration.ofSeconds(1))
        .listener(heard);
  }

  /** Closed with this. */
  SqsConsumer start(SqsConsumer.Builder builder) {
    SqsConsumer consumer = builder.build();
    consumers.push(consumer);
    consumer.start();
    return consumer;
  }

  /** A handler whose effect is the payload. */
  static void record(ReceivedMessage message, Inbox.Context context) throws Exception {
    TestDatabase.addEffect(context.connection(), message.payload());
  }

  void send(String id, String payload) {
    AWS.sqs().sendMessage(request(id, payload).build());
  }

  void send(String payload) {
    send(UUID.randomUUID().toString(), payload);
  }

  void sendOrdered(String group, String payload) {
    sendOrdered(UUID.randomUUID().toString(), group, payload);
  }

  void sendOrdered(String id, String group, String payload) {
    AWS.sqs()
        .sendMessage(request(id, payload).messageGroupId(group).messageDeduplicationId(id).build());
  }

  private SendMessageRequest.Builder request(String id, String payload) {
    return SendMessageRequest.builder()
        .queueUrl(url)
        .messageBody(payload)
        .messageAttributes(Map.of(WireFormat.ID, text(id), WireFormat.TYPE, text("Said")));
  }

  private static MessageAttributeValue text(String value) {
    return MessageAttributeValue.builder().dataType("String").stringValue(value).build();
  }

  /** Ends the faults of its queue; other tests have theirs. */
  void heal() {
    AWS.faults().on(name, FaultPlan.NONE);
    AWS.faults().up(name);
  }

  int visible() {
    return visibleIn(url);
  }

  int visibleIn(String queueUrl) {
    return count(queueUrl, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES);
  }

  int hidden() {
    return count(url, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE);
  }

  /** Visible or hidden, asked at once: between two questions a message can change sides. */
  int queued() {
    return count(
        url,
        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE);
  }

  private static int count(String queueUrl, QueueAttributeName... attributes) {
    return AWS
        .sqs()
        .getQueueAttributes(request -> request.queueUrl(queueUrl).attributeNames(attributes))
        .attributes()
        .values()
        .stream()
        .mapToInt(Integer::parseInt)
        .sum();
  }

  void awaitEmptyQueue() {
    Awaitility.await().atMost(PATIENCE).until(() -> queued() == 0);
  }

  void awaitEffects(int number) {
    Awaitility.await().atMost(PATIENCE).until(() -> effects().size() >= number);
  }

  List<String> effects() {
    return database.effects();
  }

  @Override
  public void close() {
    consumers.forEach(SqsConsumer::close);
    heal();
    database.close();
  }

  /** Counts. */
  static final class Heard implements InboxListener {

    final AtomicInteger processed = new AtomicInteger();
    final AtomicInteger duplicates = new AtomicInteger();
    final AtomicInteger inProgress = new AtomicInteger();
    final AtomicInteger ignored = new AtomicInteger();
    final AtomicInteger interrupted = new AtomicInteger();
    final AtomicInteger returned = new AtomicInteger();
    final AtomicInteger extended = new AtomicInteger();
    final AtomicInteger deleteFailures = new AtomicInteger();
    final ConcurrentLinkedQueue<ReceivedMessage> deadLetters = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Finding> findings = new ConcurrentLinkedQueue<>();
    final AtomicInteger receiveFailures = new AtomicInteger();
    final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    final AtomicInteger postponed = new AtomicInteger();

    @Override
    public void processed(ReceivedMessage message, Duration took) {
      processed.incrementAndGet();
    }

    @Override
    public void duplicate(ReceivedMessage message) {
      duplicates.incrementAndGet();
    }

    @Override
    public void inProgress(ReceivedMessage message) {
      inProgress.incrementAndGet();
    }

    @Override
    public void failed(ReceivedMessage message, Throwable error) {
      failures.add(error);
    }

    @Override
    public void postponed(ReceivedMessage message, Throwable error) {
      postponed.incrementAndGet();
    }

    @Override
    public void deadLettered(ReceivedMessage message, Throwable error) {
      deadLetters.add(message);
    }

    @Override
    public void ignored(ReceivedMessage message) {
      ignored.incrementAndGet();
    }

    @Override
    public void interrupted(String source, int messages) {
      interrupted.addAndGet(messages);
    }

    @Override
    public void returned(String source, int messages) {
      returned.addAndGet(messages);
    }

    @Override
    public void extended(String source, int messages) {
      extended.addAndGet(messages);
    }

    @Override
    public void deleteFailed(String source, String problem) {
      deleteFailures.incrementAndGet();
    }

    @Override
    public void found(Finding finding) {
      findings.add(finding);
    }

    @Override
    public void receiveFailed(String source, Throwable error) {
      receiveFailures.incrementAndGet();
      throw new IllegalStateException("a listener's failure changes nothing");
    }
  }
}
