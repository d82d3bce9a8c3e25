package dev.mailroom.relay.aws;

import dev.mailroom.outbox.MailroomException;
import java.util.Map;
import java.util.TreeSet;

/** Finds the queue or topic that a destination means. Immutable. */
record Routes(Map<String, Route> named) {

  private static final String SQS = "sqs:";
  private static final String SNS = "sns:";

  Routes {
    named = Map.copyOf(named);
  }

  /**
   * @throws MailroomException if there is no route and the destination does not speak for itself
   * @throws IllegalArgumentException if it does, but no queue or topic is called so
   */
  Route of(String destination) {
    Route route = named.get(destination);
    if (route != null) {
      return route;
    } else if (destination.startsWith(SQS)) {
      return SqsQueue.named(destination.substring(SQS.length()));
    } else if (destination.startsWith(SNS)) {
      return SnsTopic.named(destination.substring(SNS.length()));
    } else if (destination.startsWith("arn:")) {
      return destination.contains(":sns:") ? SnsTopic.arn(destination) : SqsQueue.arn(destination);
    } else if (destination.startsWith("https://") || destination.startsWith("http://")) {
      return SqsQueue.url(destination);
    }
    throw new MailroomException(unknown(destination));
  }

  private String unknown(String destination) {
    return "destination '"
        + destination
        + "' has no route; routes exist for "
        + (named.isEmpty() ? "none" : new TreeSet<>(named.keySet()))
        + ". Write AwsTransport.builder(sqs, sns).route(\""
        + destination
        + "\", SqsQueue.named(\"…\")) or SnsTopic.named(\"…\"), or publish to sqs:NAME, sns:NAME,"
        + " an ARN or a queue URL";
  }
}
