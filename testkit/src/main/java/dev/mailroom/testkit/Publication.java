package dev.mailroom.testkit;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one publishes to a topic.
 *
 * @param group the message group id
 * @param deduplication the deduplication id, for FIFO topics
 */
record Publication(
    String body,
    @Nullable String subject,
    Map<String, Attribute> attributes,
    @Nullable String group,
    @Nullable String deduplication) {

  /**
   * Reads the parameters of {@code Publish}, or those of an entry of {@code PublishBatch}.
   *
   * @throws ServiceError as SNS would refuse the message
   */
  static Publication of(Params params) {
    if (params.find("MessageStructure").isPresent()) {
      throw invalid("MessageStructure", "LocalAws does not support it");
    }
    Publication publication =
        new Publication(
            params.find("Message").orElse(""),
            params.find("Subject").orElse(null),
            Attribute.of(params),
            params.find("MessageGroupId").orElse(null),
            params.find("MessageDeduplicationId").orElse(null));
    MessageRules.SNS.check(publication.body, publication.attributes);
    return publication;
  }

  /**
   * @throws ServiceError where a topic of this kind would refuse the message
   */
  void checkFor(Topic topic) {
    if (group != null && !MessageRules.isGroup(group)) {
      throw invalid("MessageGroupId", "It must be 1 to 128 letters, digits and punctuation");
    }
    if (deduplication != null && !MessageRules.isGroup(deduplication)) {
      throw invalid(
          "MessageDeduplicationId", "It must be 1 to 128 letters, digits and punctuation");
    }
    if (topic.isFifo()) {
      checkForFifo(topic);
    } else if (deduplication != null) {
      throw invalid("MessageDeduplicationId", "It is not valid for a standard topic");
    }
    if (size() > topic.maximumMessageSize()) {
      throw invalid("Message", "Message too long: limit " + topic.maximumMessageSize() + " bytes");
    }
  }

  private void checkForFifo(Topic topic) {
    if (group == null) {
      throw invalid("MessageGroupId", "It is required for FIFO topics");
    }
    if (deduplication == null && !topic.isContentBased()) {
      throw invalid(
          "MessageDeduplicationId",
          "The topic should either have ContentBasedDeduplication enabled or"
              + " MessageDeduplicationId provided explicitly");
    }
  }

  int size() {
    return Attribute.size(body, attributes);
  }

  private static ServiceError invalid(String parameter, String reason) {
    return new ServiceError(
        "InvalidParameter", "Invalid parameter: " + parameter + " Reason: " + reason);
  }
}
