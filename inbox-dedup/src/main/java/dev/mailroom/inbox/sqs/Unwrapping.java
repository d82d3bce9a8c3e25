package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxListener.Finding.Kind;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.Headers;
import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.WireFormat;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * From what SQS delivers to what a handler sees. The sender's message is the body, or lies in an
 * SNS envelope in the body; a message with Mailroom's id beside the body is never searched for one,
 * so that a payload which looks like an envelope stays a payload.
 *
 * @param payloads where payloads too large for SQS are, or nothing
 */
record Unwrapping(String queue, @Nullable PayloadStore payloads, Findings findings) {

  /**
   * @throws dev.mailroom.outbox.MailroomException.InvalidMessage if its packed headers are broken
   */
  ReceivedMessage unwrap(Delivery delivery) {
    Message raw = delivery.message();
    Headers attributes = Attributes.of(raw.messageAttributes());
    ReceivedMessage.Builder message = bare(delivery);
    Optional<SnsEnvelope> envelope =
        attributes.asMap().containsKey(WireFormat.ID)
            ? Optional.empty()
            : SnsEnvelope.parse(raw.body());
    if (envelope.isPresent()) {
      findings.tell(
          Kind.SNS_ENVELOPE,
          "messages come in envelopes of SNS, which costs time and room; set RawMessageDelivery of"
              + " the subscription to true, both are understood");
      message
          .id(envelope.get().messageId())
          .payload(envelope.get().message())
          .attributes(envelope.get().attributes());
    } else {
      message.attributes(attributes);
    }
    return message.build();
  }

  /**
   * With the payload itself, where the message has a pointer to it.
   *
   * @throws MailroomException if it cannot be had
   */
  ReceivedMessage withPayload(ReceivedMessage message) throws Exception {
    if (!S3Pointer.isIn(message)) {
      return message;
    }
    S3Pointer pointer = S3Pointer.of(message);
    if (payloads == null) {
      throw new MailroomException(
          "the payload is in S3, at s3://"
              + pointer.bucket()
              + "/"
              + pointer.key()
              + "; give the consumer payloads(S3PayloadStore.of(…))");
    }
    return S3Pointer.resolved(message, payloads.fetch(pointer.bucket(), pointer.key()));
  }

  /** What can be said of a message whose attributes are not understood: they are its headers. */
  ReceivedMessage asItCame(Delivery delivery) {
    return bare(delivery).headers(Attributes.of(delivery.message().messageAttributes())).build();
  }

  private ReceivedMessage.Builder bare(Delivery delivery) {
    Message raw = delivery.message();
    return ReceivedMessage.from(queue)
        .id(raw.messageId())
        .key(raw.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID))
        .payload(raw.body())
        .sentAt(sentAt(raw))
        .receiveCount(delivery.receiveCount());
  }

  private static @Nullable Instant sentAt(Message raw) {
    String millis = raw.attributes().get(MessageSystemAttributeName.SENT_TIMESTAMP);
    return millis == null ? null : Instant.ofEpochMilli(Long.parseLong(millis));
  }
}
