package dev.mailroom.testkit;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The bounds that SQS and SNS share. */
final class Limits {

  static final int BATCH = 10;
  static final int MIN_MESSAGE_BYTES = 1024;
  static final int MAX_MESSAGE_BYTES = 1 << 20;

  private static final Pattern ENTRY_ID = Pattern.compile("[A-Za-z0-9_-]{1,80}");

  private Limits() {}

  /** Whether {@code text} is a possible {@code MaximumMessageSize}. */
  static boolean isMessageSize(String text) {
    if (!text.matches("\\d{1,9}")) {
      return false;
    }
    int bytes = Integer.parseInt(text);
    return bytes >= MIN_MESSAGE_BYTES && bytes <= MAX_MESSAGE_BYTES;
  }

  /**
   * @throws ServiceError as SQS and SNS refuse a batch of entries with these ids
   */
  static void checkBatch(List<String> ids) {
    if (ids.isEmpty()) {
      throw new ServiceError("EmptyBatchRequest", "The batch request contains no entries.");
    }
    if (ids.size() > BATCH) {
      throw new ServiceError(
          "TooManyEntriesInBatchRequest",
          "Maximum number of entries per request are %d. You have sent %d."
              .formatted(BATCH, ids.size()));
    }
    if (!ids.stream().allMatch(id -> ENTRY_ID.matcher(id).matches())) {
      throw new ServiceError(
          "InvalidBatchEntryId",
          "A batch entry id may have 1 to 80 letters, digits, hyphens and underscores.");
    }
    if (Set.copyOf(ids).size() < ids.size()) {
      throw new ServiceError("BatchEntryIdsNotDistinct", "Two batch entries have the same id.");
    }
  }

  /**
   * @throws ServiceError if the entries of a batch are too long together
   */
  static void checkTotal(long bytes, int limit) {
    if (bytes > limit) {
      throw new ServiceError(
          "BatchRequestTooLong",
          "Batch requests cannot be longer than %d bytes. You have sent %d bytes."
              .formatted(limit, bytes));
    }
  }
}
