package dev.mailroom.inbox.sqs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesResponse;
import software.amazon.awssdk.services.sqs.model.GetQueueUrlResponse;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/** The calls to SQS, on two clients: long polls must never keep a delete waiting for a socket. */
final class SqsQueue {

  /** The most that SQS takes or gives in one call. */
  static final int BATCH = 10;

  /** Above the poll's own wait, before it is held to be lost. */
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** A whole call that settles or extends, its retries included. */
  private static final Duration SETTLE = Duration.ofSeconds(5);

  /** A new visibility timeout for a delivery; 0 shows it to others at once. */
  record Visibility(Delivery delivery, int seconds) {}

  /**
   * An entry that SQS did not take.
   *
   * @param code in its short form: services and protocols put a namespace before it
   */
  record Refusal<E>(E entry, String code) {

    /**
     * The receipt is worth nothing any more. Whose fault SQS says it is tells nothing: it blames
     * the sender for throttling and for a disabled key as well.
     */
    private static final Set<String> RECEIPT_OVER =
        Set.of("ReceiptHandleIsInvalid", "InvalidParameterValue", "MessageNotInflight");

    Refusal {
      code = code.substring(code.lastIndexOf('.') + 1);
    }

    /** Whether the message is ours no longer, so that trying again is idle. */
    boolean isFinal() {
      return RECEIPT_OVER.contains(code);
    }
  }

  private final QueueAddress address;
  private final SqsAsyncClient receiving;
  private final SqsAsyncClient settling;
  private final Duration visibility;
  private volatile @Nullable String url;

  SqsQueue(
      QueueAddress address,
      SqsAsyncClient receiving,
      SqsAsyncClient settling,
      Duration visibility) {
    this.address = address;
    this.receiving = receiving;
    this.settling = settling;
    this.visibility = visibility;
    this.url = address.url().orElse(null);
  }

  String name() {
    return address.name();
  }

  boolean fifo() {
    return address.fifo();
  }

  /** Asks for the queue's URL, unless it is known. Comes before all other calls. */
  CompletableFuture<?> find() {
    if (url != null) {
      return CompletableFuture.completedFuture(null);
    }
    return find(address).thenAccept(found -> url = found);
  }

  private CompletableFuture<String> find(QueueAddress queue) {
    return settling
        .getQueueUrl(
            request ->
                request
                    .queueName(queue.name())
                    .queueOwnerAWSAccountId(queue.account().orElse(null))
                    .overrideConfiguration(within(ANSWER)))
        .thenApply(GetQueueUrlResponse::queueUrl);
  }

  /** Makes the queue, with the attributes that SQS gives it. */
  CompletableFuture<?> create() {
    Map<QueueAttributeName, String> attributes =
        fifo() ? Map.of(QueueAttributeName.FIFO_QUEUE, "true") : Map.of();
    return settling
        .createQueue(
            request ->
                request
                    .queueName(address.name())
                    .attributes(attributes)
                    .overrideConfiguration(within(ANSWER)))
        .thenAccept(response -> url = response.queueUrl());
  }

  /** How the queue is set up. */
  CompletableFuture<Map<QueueAttributeName, String>> attributes() {
    return attributes(String.valueOf(url));
  }

  /** How the queue of that ARN is set up. */
  CompletableFuture<Map<QueueAttributeName, String>> attributesOf(String arn) {
    return find(QueueAddress.parse(arn)).thenCompose(this::attributes);
  }

  private CompletableFuture<Map<QueueAttributeName, String>> attributes(String of) {
    return asked(
            () ->
                settling.getQueueAttributes(
                    request ->
                        request
                            .queueUrl(of)
                            .attributeNames(QueueAttributeName.ALL)
                            .overrideConfiguration(within(ANSWER))))
        .thenApply(GetQueueAttributesResponse::attributes);
  }

  /**
   * Waits at the queue for up to {@code max} messages. Cancelling it breaks the connection.
   *
   * @param attempt names the call to a FIFO queue, which gives a repeat of it, after a lost answer,
   *     the same messages again
   */
  CompletableFuture<ReceiveMessageResponse> receive(int max, Duration wait, String attempt) {
    return receiving.receiveMessage(
        request ->
            request
                .queueUrl(url)
                .maxNumberOfMessages(Math.min(max, BATCH))
                .receiveRequestAttemptId(fifo() ? attempt : null)
                .waitTimeSeconds((int) wait.toSeconds())
                .visibilityTimeout((int) visibility.toSeconds())
                .messageSystemAttributeNames(
                    MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT,
                    MessageSystemAttributeName.SENT_TIMESTAMP,
                    MessageSystemAttributeName.MESSAGE_GROUP_ID)
                .messageAttributeNames("All")
                .overrideConfiguration(within(wait.plus(ANSWER))));
  }

  /** At most {@value #BATCH} of them. */
  CompletableFuture<List<Refusal<Delivery>>> delete(List<Delivery> batch) {
    List<DeleteMessageBatchRequestEntry> entries =
        numbered(
            batch,
            (id, delivery) ->
                DeleteMessageBatchRequestEntry.builder()
                    .id(id)
                    .receiptHandle(delivery.receiptHandle())
                    .build());
    return asked(
            () ->
                settling.deleteMessageBatch(
                    request ->
                        request
                            .queueUrl(url)
                            .entries(entries)
                            .overrideConfiguration(within(SETTLE))))
        .thenApply(response -> refusals(batch, response.failed()));
  }

  /** At most {@value #BATCH} of them. */
  CompletableFuture<List<Refusal<Visibility>>> change(List<Visibility> batch) {
    List<ChangeMessageVisibilityBatchRequestEntry> entries =
        numbered(
            batch,
            (id, change) ->
                ChangeMessageVisibilityBatchRequestEntry.builder()
                    .id(id)
                    .receiptHandle(change.delivery().receiptHandle())
                    .visibilityTimeout(change.seconds())
                    .build());
    return asked(
            () ->
                settling.changeMessageVisibilityBatch(
                    request ->
                        request
                            .queueUrl(url)
                            .entries(entries)
                            .overrideConfiguration(within(SETTLE))))
        .thenApply(response -> refusals(batch, response.failed()));
  }

  /** A closed client throws at once; that is a failed call like any other. */
  private static <R> CompletableFuture<R> asked(Supplier<CompletableFuture<R>> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static Consumer<AwsRequestOverrideConfiguration.Builder> within(Duration bound) {
    return override -> override.apiCallTimeout(bound).apiCallAttemptTimeout(bound);
  }

  private interface Numbering<E, R> {
    R entry(String id, E of);
  }

  private static <E, R> List<R> numbered(List<E> batch, Numbering<E, R> numbering) {
    return IntStream.range(0, batch.size())
        .mapToObj(i -> numbering.entry(String.valueOf(i), batch.get(i)))
        .toList();
  }

  private static <E> List<Refusal<E>> refusals(List<E> batch, List<BatchResultErrorEntry> failed) {
    Function<BatchResultErrorEntry, Refusal<E>> refusal =
        entry ->
            new Refusal<>(batch.get(Integer.parseInt(entry.id())), String.valueOf(entry.code()));
    return new ArrayList<>(failed.stream().map(refusal).toList());
  }
}
