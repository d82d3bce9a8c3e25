package dev.mailroom.inbox.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.mailroom.outbox.MailroomException;
import java.io.IOException;
import java.util.Set;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Payloads in Amazon S3; needs {@code software.amazon.awssdk:s3} on the class path and the
 * permission {@code s3:GetObject}. Objects are read and left where they are; let a lifecycle rule
 * of the bucket remove them. Thread-safe.
 */
public final class S3PayloadStore implements PayloadStore {

  private static final int MAX_BYTES = 64 << 20;

  private final S3Client s3;
  private final Set<String> buckets;
  private final int maxBytes;

  private S3PayloadStore(S3Client s3, Set<String> buckets, int maxBytes) {
    this.s3 = s3;
    this.buckets = buckets;
    this.maxBytes = maxBytes;
  }

  /**
   * A store that reads objects of up to 64 MiB.
   *
   * @param s3 stays the caller's to close, after the consumer
   * @param buckets that may be read from: who can send to the queue must not choose what this
   *     process reads
   */
  public static S3PayloadStore of(S3Client s3, String... buckets) {
    if (buckets.length == 0) {
      throw new IllegalArgumentException("buckets are missing: name those that senders write to");
    }
    return new S3PayloadStore(requireNonNull(s3, "s3"), Set.of(buckets), MAX_BYTES);
  }

  /** The same with another bound on an object's size: at least 1 byte. */
  public S3PayloadStore maxBytes(int maxBytes) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes must be at least 1, but is " + maxBytes);
    }
    return new S3PayloadStore(s3, buckets, maxBytes);
  }

  @Override
  public String fetch(String bucket, String key) throws IOException {
    String what = "the payload at s3://" + bucket + "/" + key;
    if (!buckets.contains(bucket)) {
      throw new MailroomException(
          what + " lies in a bucket that is not among those allowed: " + buckets);
    }
    try (ResponseInputStream<GetObjectResponse> in =
        s3.getObject(request -> request.bucket(bucket).key(key))) {
      byte[] bytes = in.readNBytes(maxBytes);
      if (in.read() >= 0) {
        in.abort();
        throw new MailroomException(what + " has more than " + maxBytes + " bytes (maxBytes)");
      }
      return new String(bytes, UTF_8);
    } catch (S3Exception e) {
      throw new MailroomException(what + reason(e), e);
    }
  }

  private static String reason(S3Exception failure) {
    return switch (failure.statusCode()) {
      case 404 -> " does not exist; it was removed too early, or never written";
      case 403 ->
          " may not be read; allow s3:GetObject, and s3:ListBucket as well: without that, S3"
              + " says so of an object that does not exist, too";
      default -> " cannot be read now: S3 answered with status " + failure.statusCode();
    };
  }
}
