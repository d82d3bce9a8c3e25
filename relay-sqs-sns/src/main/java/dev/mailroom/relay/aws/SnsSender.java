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
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;
import software.amazon.awssdk.services.sns.model.PublishBatchResponse;

/** Publishes to one topic. */
final class SnsSender implements Sender {

  /**
   * The topic attribute; the SDK has no constant for it (SNS API reference, GetTopicAttributes).
   */
  private static final String MAXIMUM_MESSAGE_SIZE = "MaximumMessageSize";

  private final SnsAsyncClient sns;
  private final TopicNames names;
  private final SnsTopic topic;
  private final Settings settings;
  private final SizeLookup sizes;

  SnsSender(SnsAsyncClient sns, TopicNames names, SnsTopic topic, Settings settings) {
    this.sns = sns;
    this.names = names;
    this.topic = topic;
    this.settings = settings;
    sizes = new SizeLookup(topic.toString(), settings.timeout());
  }

  @Override
  public boolean fifo() {
    return Names.fifo(topic.name());
  }

  @Override
  public SizeLimits bounds() {
    return SizeLimits.sns(null, topic.maxBytes());
  }

  @Override
  public CompletableFuture<Place> find() {
    return arn().thenCompose(arn -> size(arn).thenApply(said -> place(arn, said.orElse(null))));
  }

  private Place place(String arn, @Nullable Integer said) {
    return new Place(arn, SizeLimits.sns(said, topic.maxBytes()));
  }

  private CompletableFuture<String> arn() {
    Arn arn = topic.arn();
    return arn == null ? names.arn(topic.name()) : CompletableFuture.completedFuture(arn.text());
  }

  private CompletableFuture<Optional<Integer>> size(String arn) {
    return sizes.read(
        () ->
            sns.getTopicAttributes(t -> t.topicArn(arn))
                .thenApply(answer -> answer.attributes().get(MAXIMUM_MESSAGE_SIZE)));
  }

  @Override
  public void lost() {
    names.forget(topic.name());
  }

  @Override
  public CompletableFuture<Map<Integer, Result>> send(Place place, List<OutboxEntry> batch) {
    List<PublishBatchRequestEntry> entries = new ArrayList<>(batch.size());
    for (OutboxEntry each : batch) {
      entries.add(entry(String.valueOf(entries.size()), each));
    }
    return sns.publishBatch(
            send -> send.topicArn(place.address()).publishBatchRequestEntries(entries))
        .thenApply(SnsSender::results);
  }

  private PublishBatchRequestEntry entry(String id, OutboxEntry entry) {
    Message message = entry.message();
    var wire =
        PublishBatchRequestEntry.builder()
            .id(id)
            .message(message.payload())
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

  private static Map<Integer, Result> results(PublishBatchResponse answer) {
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
    return topic.toString();
  }
}
