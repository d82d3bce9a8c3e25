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

  /** Two failures of one kind are worth one line in a log. */
  static String kind(Throwable error) {
    return error instanceof AwsServiceException service && service.awsErrorDetails() != null
        ? service.awsErrorDetails().errorCode()
        : error.getClass().getName();
  }
}
