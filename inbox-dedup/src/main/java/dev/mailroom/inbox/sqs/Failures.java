package dev.mailroom.inbox.sqs;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** What lies behind a failed call. */
final class Failures {

  private Failures() {}

  static Throwable root(Throwable error) {
    Throwable root = error;
    while ((root instanceof CompletionException || root instanceof ExecutionException)
        && root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /** Whether the caller may not do that, which asking again does not change. */
  static boolean isForbidden(Throwable error) {
    return root(error) instanceof AwsServiceException service
        && (service.statusCode() == 403 || kind(service).contains("AccessDenied"));
  }

  /** Two failures of one kind are worth one line in a log. */
  static String kind(Throwable error) {
    return error instanceof AwsServiceException service && service.awsErrorDetails() != null
        ? service.awsErrorDetails().errorCode()
        : error.getClass().getName();
  }
}
