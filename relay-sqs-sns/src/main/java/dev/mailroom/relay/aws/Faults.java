package dev.mailroom.relay.aws;

import static java.util.Map.entry;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * The one place that knows what the errors of SNS and SQS mean.
 *
 * <p>The class of the exception is looked up first and the code after it, because the same error
 * comes with different codes: a missing queue is {@code QueueDoesNotExist} in the JSON protocol and
 * {@code AWS.SimpleQueueService.NonExistentQueue} in the Query protocol. {@code SenderFault} is
 * heeded for unknown codes only, since a broken destination can be a "sender" fault as well.
 */
final class Faults {

  private static final int SHOWN = 300;

  /** Codes without prefixes, dots and a final "Exception", which makes one of all spellings. */
  private static final Map<Fault, List<String>> CODES =
      Map.ofEntries(
          entry(
              Fault.MESSAGE,
              List.of(
                  "InvalidMessageContents",
                  "InvalidParameterValue",
                  "ParameterValueInvalid",
                  "InvalidParameter",
                  "MissingParameter",
                  "InvalidAttributeValue",
                  "Validation",
                  "ValidationError")),
          entry(Fault.TOO_LONG, List.of("BatchRequestTooLong", "TooManyEntriesInBatchRequest")),
          entry(
              Fault.MISSING,
              List.of("QueueDoesNotExist", "NonExistentQueue", "NotFound", "ResourceNotFound")),
          entry(
              Fault.DESTINATION,
              List.of(
                  "AccessDenied",
                  "AuthorizationError",
                  "InvalidAddress",
                  "InvalidSecurity",
                  "UnsupportedOperation",
                  "QueueDeletedRecently",
                  "KmsAccessDenied",
                  "KmsDisabled",
                  "KmsInvalidState",
                  "KmsNotFound",
                  "KmsOptInRequired",
                  "KmsInvalidKeyUsage",
                  // The caller's own credentials or clock.
                  "ExpiredToken",
                  "IncompleteSignature",
                  "InvalidAccessKeyId",
                  "InvalidClientTokenId",
                  "InvalidSignature",
                  "MissingAuthenticationToken",
                  "NotAuthorized",
                  "OptInRequired",
                  "RequestExpired",
                  "SignatureDoesNotMatch",
                  "UnrecognizedClient")),
          entry(
              Fault.TRANSIENT,
              List.of(
                  "RequestThrottled",
                  "Throttling",
                  "Throttled",
                  "KmsThrottled",
                  "KmsThrottling",
                  "OverLimit",
                  "TooManyRequests",
                  "SlowDown",
                  "RequestLimitExceeded",
                  "InternalError",
                  "InternalFailure",
                  "InternalServerError",
                  "ServiceUnavailable",
                  "RequestTimeout")));

  private static final Map<String, Fault> TABLE = table();

  private Faults() {}

  /** What the failure of a whole call means. */
  static Fault of(Throwable error) {
    if (!(cause(error) instanceof AwsServiceException answer)) {
      return Fault.TRANSIENT;
    }
    int status = answer.statusCode();
    // A server that fails condemns nothing, whatever code it gives.
    if (status >= 500) {
      return Fault.TRANSIENT;
    }
    Fault byClass = TABLE.get(normal(answer.getClass().getSimpleName()));
    Fault known = byClass != null ? byClass : of(code(answer));
    boolean passing = status == 408 || status == 429 || answer.isThrottlingException();
    return known == Fault.UNKNOWN && passing ? Fault.TRANSIENT : known;
  }

  /** What the code of one entry means. */
  static Fault of(@Nullable String code) {
    return code == null ? Fault.UNKNOWN : TABLE.getOrDefault(normal(code), Fault.UNKNOWN);
  }

  /** For logs and for the row: what was answered, without anything that was sent. */
  static String text(Throwable error) {
    Throwable cause = cause(error);
    if (cause instanceof AwsServiceException answer) {
      AwsErrorDetails details = answer.awsErrorDetails();
      String message = details == null ? answer.rawMessage() : details.errorMessage();
      return shown(code(answer) + ": " + message)
          + " (HTTP "
          + answer.statusCode()
          + ", request "
          + answer.requestId()
          + ")";
    }
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return shown(named(cause)) + (root == cause ? "" : ", from " + shown(named(root)));
  }

  static String text(@Nullable String code, @Nullable String message) {
    return shown(code + ": " + message);
  }

  static boolean timedOut(Throwable error) {
    return cause(error) instanceof TimeoutException;
  }

  private static String named(Throwable error) {
    return error.getClass().getSimpleName() + ": " + error.getMessage();
  }

  private static @Nullable String code(AwsServiceException answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    return details == null ? null : details.errorCode();
  }

  private static Throwable cause(Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String normal(String code) {
    String plain = code.substring(code.lastIndexOf('#') + 1).replace("AWS.SimpleQueueService.", "");
    plain = plain.replace(".", "");
    plain = plain.endsWith("Exception") ? plain.substring(0, plain.length() - 9) : plain;
    return plain.toLowerCase(Locale.ROOT);
  }

  private static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  private static Map<String, Fault> table() {
    Map<String, Fault> table = new HashMap<>();
    CODES.forEach((fault, codes) -> codes.forEach(code -> table.put(normal(code), fault)));
    return Map.copyOf(table);
  }
}
