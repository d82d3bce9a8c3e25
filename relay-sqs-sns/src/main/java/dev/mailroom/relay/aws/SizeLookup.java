package dev.mailroom.relay.aws;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the attribute {@code MaximumMessageSize} of one destination, where that is permitted. */
final class SizeLookup {

  private static final Logger log = LoggerFactory.getLogger(AwsTransport.class);

  /** In bytes; 1 KiB is the least that SQS and SNS take. */
  private static final Predicate<String> SIZE =
      Pattern.compile("[1-9][0-9]{3,7}").asMatchPredicate();

  private final String destination;
  private final Duration timeout;
  private final AtomicBoolean told = new AtomicBoolean();

  SizeLookup(String destination, Duration timeout) {
    this.destination = destination;
    this.timeout = timeout;
  }

  /** Empty if the destination does not tell; fails if it is missing or the trouble may pass. */
  CompletableFuture<Optional<Integer>> read(Supplier<CompletableFuture<String>> call) {
    return Deadline.in(timeout)
        .bound(call)
        .thenApply(SizeLookup::parse)
        .exceptionallyCompose(this::excuse);
  }

  /** Whatever is no such size says nothing. */
  private static Optional<Integer> parse(@Nullable String value) {
    return Optional.ofNullable(value).filter(SIZE).map(Integer::valueOf);
  }

  private CompletableFuture<Optional<Integer>> excuse(Throwable error) {
    Fault fault = Faults.of(error);
    if (fault == Fault.MISSING || fault == Fault.TRANSIENT) {
      return CompletableFuture.failedFuture(error);
    }
    if (told.compareAndSet(false, true)) {
      log.info(
          "{} does not tell its MaximumMessageSize, so the default bound stays; permit reading its"
              + " attributes or set maxBytes on its route if it differs. {}",
          destination,
          Faults.text(error));
    }
    return CompletableFuture.completedFuture(Optional.empty());
  }
}
