package dev.mailroom.inbox.sqs;

/**
 * Where the Amazon extended client libraries for SQS and SNS put payloads that were too large. The
 * message then carries a pointer. {@link S3PayloadStore} is one. Implementations are thread-safe.
 */
@FunctionalInterface
public interface PayloadStore {

  /** The text at {@code key}. Any exception fails the message, which comes again later. */
  String fetch(String bucket, String key) throws Exception;
}
