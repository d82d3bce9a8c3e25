package dev.mailroom.testkit;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Errors in AWS JSON 1.0 as SQS writes them: the name from the service model in the body, and in a
 * header the code that the older Query protocol had, which the SDK reports first.
 */
final class SqsErrors {

  private static final String PREFIX = "com.amazonaws.sqs#";
  private static final String LEGACY = "AWS.SimpleQueueService.";

  private static final Set<String> LEGACY_NAMES =
      Set.of(
          "BatchEntryIdsNotDistinct",
          "BatchRequestTooLong",
          "EmptyBatchRequest",
          "InvalidBatchEntryId",
          "MessageNotInflight",
          "PurgeQueueInProgress",
          "QueueDeletedRecently",
          "TooManyEntriesInBatchRequest",
          "UnsupportedOperation");

  private SqsErrors() {}

  static Answer answer(ServiceError error) {
    return answer(error.status(), error.code(), error.text());
  }

  /** What ElasticMQ answered, in the words of SQS if it is an error. */
  static Answer normal(Answer answer) {
    if (answer.isSuccess() || !answer.body().startsWith("{")) {
      return answer;
    }
    var body = Json.parse(answer.body());
    String message = Json.text(body, "Message");
    return answer(answer.status(), name(Json.text(body, "__type")), message == null ? "" : message);
  }

  /** Whether {@code answer} is the error {@code name}. */
  static boolean is(Answer answer, String name) {
    return !answer.isSuccess()
        && answer.body().startsWith("{")
        && name.equals(name(Json.text(Json.parse(answer.body()), "__type")));
  }

  private static String name(@Nullable String type) {
    return type == null ? "InternalFailure" : type.substring(type.indexOf('#') + 1);
  }

  private static Answer answer(int status, String name, String message) {
    String fault = status < 500 ? "Sender" : "Receiver";
    return new Answer(
        status,
        Map.of(Answer.CONTENT_TYPE, Queues.JSON, "x-amzn-query-error", legacy(name) + ";" + fault),
        Json.write(Json.object().put("__type", PREFIX + name).put("message", message)));
  }

  private static String legacy(String name) {
    if (name.equals("QueueDoesNotExist")) {
      return LEGACY + "NonExistentQueue";
    } else if (name.equals("QueueNameExists")) {
      return "QueueAlreadyExists";
    }
    return LEGACY_NAMES.contains(name) ? LEGACY + name : name;
  }
}
