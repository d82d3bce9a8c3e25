package dev.mailroom.relay.aws;

import dev.mailroom.outbox.Headers.Value;
import dev.mailroom.outbox.Message;
import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.GetQueueUrlResponse;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/** Sends to one queue. */
final class SqsSender implements Sender {

  private final SqsAsyncClient sqs;
  private final SqsQueue queue;
  private final Settings settings;
  private final SizeLookup sizes;

  SqsSender(SqsAsyncClient sqs, SqsQueue queue, Settings settings) {
    this.sqs = sqs;
    this.queue = queue;
    this.settings = settings;
    sizes = new SizeLookup(queue.toString(), settings.timeout());
  }

  @Override
  public boolean fifo() {
    return Names.fifo(queue.name());
  }

  @Override
  public SizeLimits bounds() {
    return SizeLimits.sqs(null, queue.maxBytes());
  }

  @Override
  public CompletableFuture<Place> find() {
    return url().thenCompose(url -> size(url).thenApply(said -> place(url, said.orElse(null))));
  }

  private Place place(String url, @Nullable Integer said) {
    return new Place(url, SizeLimits.sqs(said, queue.maxBytes()));
  }

  private CompletableFuture<String> url() {
    String url = queue.url();
    if (url != null) {
      return CompletableFuture.completedFuture(url);
    }
    Arn arn = queue.arn();
    String owner = arn == null ? null : arn.account();
    return Deadline.in(settings.timeout())
        .bound(() -> sqs.getQueueUrl(q -> q.queueName(queue.name()).queueOwnerAWSAccountId(owner)))
        .thenApply(GetQueueUrlResponse::queueUrl);
  }

  private CompletableFuture<Optional<Integer>> size(String url) {
    QueueAttributeName name = QueueAttributeName.MAXIMUM_MESSAGE_SIZE;
    return sizes.read(
        () ->
            sqs.getQueueAttributes(q -> q.queueUrl(url).attributeNames(name))
                .thenApply(answer -> answer.attributes().get(name)));
  }

  /** The URL of a queue follows from its name, so nothing else is remembered. */
  @Override
  public void lost() {}

  @Override
  public CompletableFuture<Map<Integer, Result>> send(Place place, List<OutboxEntry> batch) {
    List<SendMessageBatchRequestEntry> entries = new ArrayList<>(batch.size());
    for (OutboxEntry each : batch) {
      entries.add(entry(String.valueOf(entries.size()), each));
    }
    return sqs.sendMessageBatch(send -> send.queueUrl(place.address()).entries(entries))
        .thenApply(SqsSender::results);
  }

  private SendMessageBatchRequestEntry entry(String id, OutboxEntry entry) {
    Message message = entry.message();
    var wire =
        SendMessageBatchRequestEntry.builder()
            .id(id)
            .messageBody(message.payload())
            .messageAttributes(attributes(entry))
            .messageGroupId(settings.groupId(message, fifo()));
    return (fifo() ? wire.messageDeduplicationId(message.id().toString()) : wire).build();
  }

  static Map<String, MessageAttributeValue> attributes(OutboxEntry entry) {
    Map<String, MessageAttributeValue> attributes = new LinkedHashMap<>();
    WireFormat.attributes(entry.message(), entry.createdAt())
        .asMap()
        .forEach((name, value) -> attributes.put(name, attribute(value)));
    return attributes;
  }

  private static MessageAttributeValue attribute(Value value) {
    var wire = MessageAttributeValue.builder().dataType(WireFormat.dataType(value));
    return value instanceof Value.Binary binary
        ? wire.binaryValue(SdkBytes.fromByteArrayUnsafe(binary.bytes())).build()
        : wire.stringValue(value.toString()).build();
  }

  private static Map<Integer, Result> results(SendMessageBatchResponse answer) {
    Entries entries = new Entries();
    answer.successful().forEach(each -> entries.accepted(each.id()));
    answer
        .failed()
        .forEach(
            each -> entries.failed(each.id(), each.code(), each.message(), each.senderFault()));
    return entries.results();
  }

  @Override
  public String toString() {
    return queue.toString();
  }
}
