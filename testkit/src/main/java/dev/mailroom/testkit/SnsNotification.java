package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mailroom.testkit.Deduplication.Accepted;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Optional;
import java.util.UUID;

/**
 * A publication on its way from the topic to the queues.
 *
 * @param copy whether it is an injected duplicate
 */
record SnsNotification(Publication publication, Accepted accepted, Instant at, boolean copy) {

  /** With more, SNS discards a raw delivery (SNS Developer Guide, "Raw message delivery"). */
  private static final int MAX_RAW_ATTRIBUTES = 10;

  private static final DateTimeFormatter MILLISECONDS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  /** The entry of {@code SendMessageBatch} for one queue; none if SNS would discard it. */
  Optional<ObjectNode> to(Subscription subscription) {
    ObjectNode entry = Json.object().put("Id", accepted.messageId());
    if (!subscription.isRaw()) {
      entry.put("MessageBody", Json.write(envelope(subscription)));
    } else if (publication.attributes().size() <= MAX_RAW_ATTRIBUTES) {
      entry.put("MessageBody", publication.body());
      entry.set("MessageAttributes", Attribute.toJson(publication.attributes()));
    } else {
      return Optional.empty();
    }
    if (publication.group() != null) {
      entry.put("MessageGroupId", publication.group());
    }
    if (Queues.isFifo(subscription.queue())) {
      entry.put(
          "MessageDeduplicationId",
          copy ? UUID.randomUUID().toString() : Topic.deduplicationId(publication));
    }
    return Optional.of(entry);
  }

  private ObjectNode envelope(Subscription subscription) {
    ObjectNode envelope = Json.object().put("Type", "Notification");
    envelope.put("MessageId", accepted.messageId());
    if (!accepted.sequence().isEmpty()) {
      envelope.put("SequenceNumber", accepted.sequence());
    }
    envelope.put("TopicArn", subscription.topicArn());
    if (publication.subject() != null) {
      envelope.put("Subject", publication.subject());
    }
    envelope
        .put("Message", publication.body())
        .put("Timestamp", MILLISECONDS.format(at))
        .put("SignatureVersion", "1")
        .put("Signature", "bm90IHNpZ25lZA==")
        .put("SigningCertURL", "https://sns.invalid/certificate.pem")
        .put("UnsubscribeURL", "https://sns.invalid/?Action=Unsubscribe");
    if (!publication.attributes().isEmpty()) {
      ObjectNode attributes = envelope.putObject("MessageAttributes");
      publication
          .attributes()
          .forEach(
              (name, attribute) ->
                  attributes
                      .putObject(name)
                      .put("Type", attribute.type())
                      .put("Value", attribute.value()));
    }
    return envelope;
  }
}
