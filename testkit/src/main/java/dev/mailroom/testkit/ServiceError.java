package dev.mailroom.testkit;

/** A call that SQS or SNS would refuse; each protocol writes it in its own way. */
final class ServiceError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String code;
  private final int status;

  ServiceError(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The sender's fault: status 400. */
  ServiceError(String code, String message) {
    this(400, code, message);
  }

  ServiceError(String code, String message, Throwable cause) {
    this(code, message);
    initCause(cause);
  }

  /** The name of the error in the AWS service models, as in {@code QueueDoesNotExist}. */
  String code() {
    return code;
  }

  int status() {
    return status;
  }

  boolean isSenderFault() {
    return status < 500;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
